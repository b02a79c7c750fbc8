#include "simulate/simulate.h"

#include "base/embed.h"
#include "simulate/names_read.h"
#include "simulate/sheet.h"

#include <stdlib.h>

/* People on whose made lives the repeats are counted: the error of a share is below 1 %. */
enum { CALIBRATION_LIVES = 16384 };

static const char *const file_names[SIM_FILES] = {
    [SIM_NRM] = "nrm.csv",
    [SIM_DTN] = "dtn.csv",
    [SIM_MSVCC] = "msvcc.csv",
    [SIM_HELPLINE] = "helpline.csv",
    [SIM_NGO] = "ngo.csv",
    [SIM_POLICE] = "police.csv",
    [SIM_PEOPLE] = "truth/people.csv",
    [SIM_PERSONS] = "truth/persons.csv",
    [SIM_EPISODES] = "truth/episodes.csv",
    [SIM_EXITS] = "truth/exits.csv",
    [SIM_REFERRALS] = "truth/referrals.csv",
    [SIM_DECISIONS] = "truth/decisions.csv",
};

static const char *const channels[SIM_EXTRACTS] = {"nrm",      "dtn", "msvcc",
                                                   "helpline", "ngo", "police"};

static const char *const *const truth_columns[] = {
    [SIM_PEOPLE] = (const char *const[]){"person", "channel", "external_id", NULL},
    [SIM_PERSONS] = (const char *const[]){"person", "given_name", "family_name", "alias",
                                          "birth_date", "gender", "nationality",
                                          "nationality_second", "relation", "related_to", NULL},
    [SIM_EPISODES] =
        (const char *const[]){"person", "episode", "seq", "start_date", "end_date", "act", "means",
                              "purpose", "exploited", "minor", "exploitation_types",
                              "location_class", "exploiter_group", "exploiter_relation", "gap_days",
                              NULL},
    [SIM_EXITS] = (const char *const[]){"person", "episode", "exit_status", "mode", "date", NULL},
    [SIM_REFERRALS] = (const char *const[]){"person", "channel", "external_id", "received_date",
                                            "status", "about", "after_seq", "kind", NULL},
    [SIM_DECISIONS] =
        (const char *const[]){"person", "external_id", "episode", "stage", "outcome", "date", NULL},
};

const char *sim_file_name(enum sim_file f)
{
    return file_names[f];
}

const char *const *sim_file_header(const struct simulator *s, enum sim_file f, size_t *columns)
{
    *columns = s->sheet[f].columns;
    return s->sheet[f].header;
}

static enum status read_parameters(struct parameters *p, struct str changes, const char *file,
                                   struct err *e)
{
    const char *own = "simulate/parameters.json";
    if (parameters_read(p, embed_find(own)->bytes, own, true, e) != ST_OK)
        BUG("compiled-in %s: %s", own, e->what);
    return changes.n ? parameters_read(p, changes, file, false, e) : ST_OK;
}

enum status simulator_new(struct str changes, const char *file, struct simulator **out,
                          struct err *e)
{
    struct simulator *s = mem_zalloc(1, sizeof *s);
    struct repeat_lags *lags = mem_zalloc(1, sizeof *lags);
    enum status status = read_parameters(&s->model.p, changes, file, e);
    if (status != ST_OK) {
        free(lags);
        free(s);
        return status;
    }
    model_read_tables(&s->model);
    life_count_repeats(lags, &s->model, CALIBRATION_LIVES);
    model_set_entries(&s->model, lags);
    free(lags);
    for (int f = 0; f < SIM_FILES; f++)
        if (f < SIM_EXTRACTS)
            sheet_of_layout(&s->sheet[f], channels[f]);
        else
            sheet_of_names(&s->sheet[f], truth_columns[f]);
    *out = s;
    return ST_OK;
}

void simulator_free(struct simulator *s)
{
    if (!s)
        return;
    names_free(s->model.names);
    arena_free(&s->model.memory);
    free(s);
}

void simulate_person(const struct simulator *s, uint64_t seed, uint64_t number,
                     struct arena *scratch, const struct sim_sink *sink)
{
    struct life life;
    struct writing w = {.s = s,
                        .m = &s->model,
                        .l = &life,
                        .rng = life_stream(seed, number, PART_RECORDS),
                        .a = scratch,
                        .sink = sink};
    arena_rewind(scratch);
    life_draw(&life, &s->model, seed, number);
    write_referral_forms(&w);
    write_support(&w);
    write_contacts(&w);
    write_truth(&w);
}
