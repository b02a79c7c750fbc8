/* The truth behind the extracts, kept apart from them. */
#include "simulate/sheet.h"

#include "base/date.h"

#include <string.h>

static const char *person_id(struct writing *w, uint64_t number)
{
    return arena_printf(w->a, "P%07llu", (unsigned long long)number);
}

static const char *episode_ids(struct writing *w, uint8_t about)
{
    const char *text = "";
    for (int e = 0; e < MAX_EPISODES; e++)
        if (about >> e & 1)
            text = arena_printf(w->a, "%s%sE%d", text, *text ? "|" : "", e + 1);
    return text;
}

static void write_who(struct writing *w, const char *channel, const char *id)
{
    row_begin(w, SIM_PEOPLE);
    row_set(w, "person", person_id(w, w->l->number));
    row_set(w, "channel", channel);
    row_set(w, "external_id", id);
    row_end(w);
}

static void write_record(struct writing *w, const char *channel, const char *id, int32_t day,
                         const char *status, uint8_t about, int after_seq, enum referral_kind kind)
{
    static const char *const kinds[] = {"FIRST", "SAME_INCIDENT", "NEW_EPISODE"};
    write_who(w, channel, id);
    row_begin(w, SIM_REFERRALS);
    row_set(w, "person", person_id(w, w->l->number));
    row_set(w, "channel", channel);
    row_set(w, "external_id", id);
    row_date(w, "received_date", day);
    row_set(w, "status", status);
    row_set(w, "about", episode_ids(w, about));
    row_set(w, "after_seq", arena_printf(w->a, "%d", after_seq));
    row_set(w, "kind", kinds[kind]);
    row_end(w);
}

static void write_decision(struct writing *w, const struct referral *f, const char *stage,
                           const struct decision *d)
{
    if (!d->outcome)
        return;
    row_begin(w, SIM_DECISIONS);
    row_set(w, "person", person_id(w, w->l->number));
    row_set(w, "external_id", f->id);
    row_set(w, "episode", arena_printf(w->a, "E%d", last_episode(f->about) + 1));
    row_set(w, "stage", stage);
    row_set(w, "outcome", d->outcome);
    row_date(w, "date", d->date);
    row_end(w);
}

static void write_person(struct writing *w)
{
    static const char *const relations[] = {"", "SIBLING", "TWIN", "COVICTIM"};
    static const struct parameters as_is = {.as_at = 0}; /* no chance of any mistake */
    const struct life *l = w->l;
    struct recorded_name name;
    struct rng any = rng_stream(0, 0); /* fixed: the same way of writing every name */
    name_record(&name, &l->name, &as_is, &any);
    row_begin(w, SIM_PERSONS);
    row_set(w, "person", person_id(w, l->number));
    row_set(w, "given_name", arena_strdup(w->a, name.given));
    row_set(w, "family_name", arena_strdup(w->a, name.family));
    row_set(w, "alias", l->name.alias);
    row_date(w, "birth_date", l->birth);
    row_set(w, "gender", arena_printf(w->a, "%c", l->gender));
    row_set(w, "nationality",
            l->cell.nationality < 0 ? NULL : w->m->nationality[l->cell.nationality].alpha3);
    row_set(w, "nationality_second",
            l->cell.second < 0 ? NULL : w->m->nationality[l->cell.second].alpha3);
    row_set(w, "relation", relations[l->relation]);
    row_set(w, "related_to", l->relation == REL_NONE ? NULL : person_id(w, l->root));
    row_end(w);
}

static void write_episode(struct writing *w, int k)
{
    static const char *const places[PLACES] = {"UK", "OVERSEAS", "UK_AND_OVERSEAS", "UNKNOWN"};
    const struct life *l = w->l;
    const struct episode *e = &l->episode[k];
    const char *id = arena_printf(w->a, "E%d", k + 1);
    row_begin(w, SIM_EPISODES);
    row_set(w, "person", person_id(w, l->number));
    row_set(w, "episode", id);
    row_set(w, "seq", arena_printf(w->a, "%d", k + 1));
    row_date(w, "start_date", e->start);
    row_date(w, "end_date", e->end);
    row_set(w, "act", yes_no(e->act));
    row_set(w, "means", yes_no(e->means));
    row_set(w, "purpose", yes_no(e->purpose));
    row_set(w, "exploited", yes_no(e->exploited));
    row_set(w, "minor", yes_no(e->minor));
    row_set(w, "exploitation_types", types_codes(w, e->types, e->minor));
    row_set(w, "location_class", places[e->place]);
    row_set(w, "exploiter_group", arena_printf(w->a, "G%u", e->group));
    row_set(w, "exploiter_relation", e->relation);
    row_set(w, "gap_days",
            k == 0 ? NULL : arena_printf(w->a, "%d", e->start - l->episode[k - 1].end));
    row_end(w);
    row_begin(w, SIM_EXITS);
    row_set(w, "person", person_id(w, l->number));
    row_set(w, "episode", id);
    row_set(w, "exit_status", e->end == DATE_NONE ? "NOT_CEASED" : e->exit_status);
    row_set(w, "mode", e->end == DATE_NONE ? "UNKNOWN" : e->exit_mode);
    row_date(w, "date", e->end);
    row_end(w);
}

void write_truth(struct writing *w)
{
    static const char *const channels[] = {"HELPLINE", "NGO", "POLICE"};
    const struct life *l = w->l;
    write_person(w);
    for (int k = 0; k < l->episodes; k++)
        write_episode(w, k);
    for (int k = 0; k < l->referrals; k++) {
        const struct referral *f = &l->referral[k];
        write_record(w, f->source == FROM_NRM ? "NRM" : "DTN", f->id, f->received, f->status,
                     f->about, f->after_seq, f->kind);
        write_decision(w, f, "RG", &f->rg);
        write_decision(w, f, "RECON", &f->recon);
        write_decision(w, f, "CG", &f->cg);
        write_decision(w, f, "LEAVE", &f->leave);
    }
    for (int k = 0; k < l->spells; k++)
        write_who(w, "MSVCC", l->spell[k].id);
    for (int k = 0; k < l->contacts; k++) {
        const struct contact *c = &l->contact[k];
        write_record(w, channels[c->by], c->id, c->date, "RECEIVED", c->about, c->after_seq,
                     c->kind);
    }
}
