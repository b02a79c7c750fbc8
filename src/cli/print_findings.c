#include "cli/print_findings.h"

static const char *const incidents[] = {"same_incident", "new_episode", "unclear"};

void print_findings(const struct findings_job *job)
{
    const struct findings_totals *t = &job->totals;
    printf("%-16s %-8s %9s %9s %9s\n", "definition", "mode", "yes", "no", "unknown");
    for (size_t k = 0; k < job->set->count; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
            const uint64_t *v = t->verdicts[k][m];
            if (v[0] + v[1] + v[2])
                printf("%-16s %-8s %9llu %9llu %9llu\n", job->set->definitions[k].id,
                       mode_name((enum mode)m), (unsigned long long)v[VERDICT_YES],
                       (unsigned long long)v[VERDICT_NO],
                       (unsigned long long)v[VERDICT_INDETERMINATE]);
        }
    printf("later records of a person: %llu same incident, %llu new episode, %llu unclear\n",
           (unsigned long long)t->repeats[INCIDENT_SAME],
           (unsigned long long)t->repeats[INCIDENT_NEW],
           (unsigned long long)t->repeats[INCIDENT_UNCLEAR]);
    printf("repeat NRM referrals: %llu same incident, %llu new episode, %llu unclear\n",
           (unsigned long long)t->nrm_repeats[INCIDENT_SAME],
           (unsigned long long)t->nrm_repeats[INCIDENT_NEW],
           (unsigned long long)t->nrm_repeats[INCIDENT_UNCLEAR]);
}

static json_t *split(const uint64_t counts[3])
{
    json_t *o = json_object();
    for (int i = 0; i < 3; i++)
        json_object_set_new(o, incidents[i], json_integer((json_int_t)counts[i]));
    return o;
}

json_t *findings_json(const struct findings_job *job)
{
    const struct findings_totals *t = &job->totals;
    json_t *rows = json_array(), *flags = json_object();
    for (size_t k = 0; k < job->set->count; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
            const uint64_t *v = t->verdicts[k][m];
            json_array_append_new(
                rows, json_pack("{s:s,s:s,s:I,s:I,s:I}", "definition", job->set->definitions[k].id,
                                "mode", mode_name((enum mode)m), "yes", (json_int_t)v[VERDICT_YES],
                                "no", (json_int_t)v[VERDICT_NO], "indeterminate",
                                (json_int_t)v[VERDICT_INDETERMINATE]));
        }
    for (int k = 0; k < FLAG_KINDS; k++)
        json_object_set_new(flags, flag_kind_code((enum flag_kind)k),
                            json_integer((json_int_t)t->flags[k]));
    return json_pack("{s:I,s:I,s:s,s:o,s:o,s:o,s:o,s:I,s:I}", "lines", (json_int_t)t->lines,
                     "records", (json_int_t)t->records, "definitions_version", job->set->version,
                     "classifications", rows, "repeats", split(t->repeats), "nrm_repeats",
                     split(t->nrm_repeats), "flags", flags, "flags_added",
                     (json_int_t)t->flags_added, "flags_closed", (json_int_t)t->flags_closed);
}
