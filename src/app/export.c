#include "app/export_rows.h"

#include "base/file.h"
#include "store/admin.h"

#include <stdlib.h>

/* ---- what may leave ---- */

enum sharing_consent export_consent(const struct stored *s)
{
    static const char *const purposes[] = {"SHARE_PROVIDER", "SHARE_POLICE", "RETURN_PARTNER"};
    const struct entity *consent = dictionary_entity(str_of("consent"));
    int given = entity_field(consent, str_of("given"))->index,
        purpose = entity_field(consent, str_of("purpose"))->index,
        withdrawn = entity_field(consent, str_of("withdrawn_on"))->index;
    enum sharing_consent found = CONSENT_NOT_SAID;
    for (size_t i = 0; i < s->record.count; i++) {
        const struct entity_row *row = &s->record.rows[i];
        if (row->entity != consent || !row->values[given] || !row->values[purpose])
            continue;
        for (size_t k = 0; k < sizeof purposes / sizeof *purposes; k++) {
            if (strcmp(row->values[purpose], purposes[k]) != 0)
                continue;
            if (strcmp(row->values[given], "YES") == 0 && !row->values[withdrawn])
                return CONSENT_STANDS;
            if (strcmp(row->values[given], "NO") == 0 || row->values[withdrawn])
                found = CONSENT_REFUSED;
        }
    }
    return found;
}

static bool needs_consent(const struct exporter *x)
{
    return x->q->basis && strcmp(x->q->basis, "CONSENT") == 0;
}

bool export_allows(const struct exporter *x, const struct stored *s, const struct field *f)
{
    if (f->sensitivity <= S2)
        return true;
    if (f->sensitivity == S5 || (f->sensitivity == S3 && !x->q->identity) ||
        (f->sensitivity == S4 && !x->q->account))
        return false;
    return !s || !needs_consent(x) || export_consent(s) == CONSENT_STANDS;
}

static enum status check_request(const struct export_request *q, struct err *e)
{
    if (!q->identity && !q->account) {
        if (!q->basis)
            return ST_OK;
        err_set(e, ST_USAGE, "a basis is for identities or accounts, and neither is asked for");
        return err_hint(e, "Add --identity or --account, or leave --basis out.");
    }
    const struct code_list *bases = dictionary_codes("sharing_basis");
    const struct code *basis = q->basis ? code_find(bases, str_of(q->basis)) : NULL;
    if (!basis || str_is(basis->code, "NONE")) {
        err_set(e, ST_USAGE, "identities and accounts leave only on a recorded basis");
        return err_hint(e, "Add --basis CONSENT, PUBLIC_TASK, LEGAL_OBLIGATION, VITAL, "
                           "SAFEGUARDING or MSA_S43.");
    }
    if (!q->recipient || !q->recipient[0] || strlen(q->recipient) > 100) {
        err_set(e, ST_USAGE, "identities and accounts leave only to a named recipient");
        return err_hint(e, "Add --recipient NAME (an organisation, at most 100 bytes).");
    }
    return ST_OK;
}

/* ---- rows ---- */

void export_cell(struct exporter *x, struct str cell, bool last)
{
    buf_add_csv(&x->line, cell, true);
    buf_addc(&x->line, last ? '\n' : ',');
    if (!last)
        return;
    fwrite(x->line.p, 1, x->line.n, x->to);
    buf_clear(&x->line);
}

enum status export_each(struct exporter *x, const char *const *fields,
                        enum status (*each)(void *ctx, const struct stored *s, struct err *e),
                        void *ctx, struct err *e)
{
    char purpose[300];
    struct cursor *c;
    struct view_batch batch;
    snprintf(purpose, sizeof purpose, "export %s", x->q->as);
    struct view v = {.order = VIEW_BY_RECORD, .purpose = purpose, .fields = fields};
    TRY(store_view_open(x->store, &v, &c, e));
    enum status s;
    while ((s = store_view_next(c, &batch, e)) == ST_OK && batch.n)
        for (size_t i = 0; i < batch.n && s == ST_OK; i++)
            s = each(ctx, &batch.rows[i], e);
    struct err closing = {0};
    enum status closed = store_view_close(c, s == ST_OK ? e : &closing);
    return s != ST_OK ? s : closed;
}

static enum status note(struct exporter *x, struct err *e)
{
    char what[400];
    const struct export_request *q = x->q;
    snprintf(what, sizeof what, "%s: %llu records; classes S0 S1 S2%s%s; basis %s; recipient %s",
             q->as, (unsigned long long)x->report->records, q->identity ? " S3" : "",
             q->account ? " S4" : "", q->basis ? q->basis : "none needed",
             q->recipient ? q->recipient : "not named");
    return store_audit_note(x->store, "export", what, e);
}

static enum status run(struct exporter *x, struct err *e)
{
    const struct export_request *q = x->q;
    struct store_options o = {.dir = q->store_dir,
                              .mode = STORE_SHARED,
                              .keys = (q->identity ? KEY_S3 : 0) | (q->account ? KEY_S4 : 0),
                              .key_file = q->key_file,
                              .actor = q->actor,
                              .threads = q->threads};
    TRY(store_open(&o, &x->store, e));
    TRY(strcmp(q->as, "htcds") == 0 ? export_htcds(x, e) : export_canonical(x, e));
    /* The log says that it left before it does. */
    return note(x, e);
}

enum status app_export(const struct export_request *q, struct export_report *out, struct err *e)
{
    struct exporter x = {.q = q, .report = out};
    struct outfile file;
    *out = (struct export_report){0};
    TRY(check_request(q, e));
    TRY(outfile_open(&file, q->out, e));
    x.to = file.to;
    enum status s = run(&x, e);
    if (s == ST_OK)
        s = outfile_commit(&file, e);
    outfile_abort(&file);
    store_close(x.store);
    buf_free(&x.line);
    return s;
}
