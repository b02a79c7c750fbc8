/* Records of support under the contract: one row a spell, or a refused one. */
#include "simulate/sheet.h"

#include "base/date.h"
#include "simulate/places.h"

#include <string.h>

static const char *contract(const struct spell *s)
{
    /* The support contract's names over time: AVMS until July 2020, MSVCC after. */
    if (strcmp(s->type, "ICTG") == 0)
        return "ICTG";
    return s->start < date_from_ymd((struct ymd){2021, 1, 4}) ? "AVMS" : "MSVCC";
}

static void row_spell(struct writing *w, const struct spell *s)
{
    bool after_reform = s->start >= date_from_ymd((struct ymd){2023, 1, 30});
    row_set(w, "support_period.contract", contract(s));
    row_set(w, "support_period.provider", s->provider);
    row_set(w, "support_period.type", s->type);
    row_date(w, "support_period.start_date", s->start);
    row_set(w, "support_period.reentry_refused", s->again < 0 ? NULL : yes_no(s->refused));
    if (s->refused)
        return;
    row_date(w, "support_period.end_date", s->end);
    row_set(w, "support_period.exit_reason", s->reason);
    row_set(w, "support_period.recovery_period_days",
            arena_printf(w->a, "%d", after_reform ? 30 : 45));
    if (!s->missing_kind)
        return;
    row_set(w, "missing_event.kind", s->missing_kind);
    row_date(w, "missing_event.date", s->missing_on);
    row_set(w, "missing_event.outcome", s->missing_outcome);
    row_date(w, "missing_event.outcome_date", s->back_on);
    row_set(w, "missing_event.reported_to_police", yes_no(draw_below(&w->rng, 100) < 80));
}

static void row_before(struct writing *w)
{
    static const char *const flags[] = {
        "poverty",         "in_care_as_child",       "abuse_history",
        "homeless_before", "disability_or_learning", "debt_before"};
    static const uint32_t percent[] = {62, 9, 24, 21, 12, 37};
    static const char *const levels[] = {"individual", "household", "community", "structural"};
    static const char *const reasons[] = {"work", "conflict", "family", "debt", "none", "study"};
    if (draw_below(&w->rng, 100) < 30)
        return; /* not asked */
    for (int i = 0; i < 6; i++)
        if (is_filled(w))
            row_field(w, "pre_trafficking", 1, flags[i],
                      yes_no(draw_below(&w->rng, 100) < percent[i]));
    row_set(w, "pre_trafficking.migration_reason", reasons[draw_below(&w->rng, 6)]);
    row_set(w, "pre_trafficking.determinant_level", levels[draw_below(&w->rng, 4)]);
    row_set(w, "pre_trafficking.household_dependants",
            arena_printf(w->a, "%u", draw_below(&w->rng, 6)));
}

static void row_risk(struct writing *w, int k, const char *context, int32_t day, bool considered)
{
    static const char *const levels[] = {"LOW", "MEDIUM", "HIGH", "REAL_IMMEDIATE"};
    static const uint64_t cum[] = {40, 75, 96, 100};
    bool found = considered && draw_below(&w->rng, 100) < 58;
    row_field(w, "risk_assessment", k, "context", context);
    row_field_date(w, "risk_assessment", k, "date", day);
    row_field(w, "risk_assessment", k, "retrafficking_considered", yes_no(considered));
    row_field(w, "risk_assessment", k, "retrafficking_identified",
              considered ? yes_no(found) : "NOT_ASKED");
    row_field(w, "risk_assessment", k, "level",
              !considered ? "NOT_CONSIDERED"
              : found     ? levels[draw_index(&w->rng, cum, 4)]
                          : "CONSIDERED_NONE");
}

/* Codes of the report's factors that a support worker may note. */
static void row_factors(struct writing *w)
{
    static const char *const codes[] = {"SI01", "SI06", "FI01", "FI06", "PV04",
                                        "PV07", "IS01", "CT03", "PF01", "PF11"};
    uint32_t first = draw_below(&w->rng, 10);
    for (int k = 1; k <= 4; k++) {
        row_field(w, "risk_factor_finding", k, "factor_code",
                  codes[(first + (uint32_t)k * 3) % 10]);
        row_field(w, "risk_factor_finding", k, "present",
                  draw_below(&w->rng, 100) < 15 ? "NOT_ASKED"
                                                : yes_no(draw_below(&w->rng, 100) < 55));
    }
}

static void row_exit_plan(struct writing *w, const struct spell *s)
{
    static const char *const domains[] = {"HOUSING", "STATUS", "WORK", "MIND", "LEGAL", "CONTACT"};
    bool planned = draw_chance(&w->rng, w->m->p.exit_plan);
    bool returned = w->l->returned_on == s->end;
    row_set(w, "exit_plan.status", planned ? "completed" : "none");
    if (!planned)
        return;
    row_date(w, "exit_plan.completed_date", s->end - (int)draw_below(&w->rng, 14));
    row_set(w, "exit_plan.retrafficking_risk",
            yes_no(draw_chance(&w->rng, w->m->p.risk_considered)));
    row_set(w, "exit_plan.pathway", returned ? "return" : "stay in UK");
    row_set(w, "exit_plan.survivor_agreed", yes_no(draw_below(&w->rng, 100) < 78));
    uint32_t first = draw_below(&w->rng, 6);
    for (int k = 1; k <= 3; k++) {
        row_field(w, "exit_plan_action", k, "domain", domains[(first + (uint32_t)k) % 6]);
        row_field(w, "exit_plan_action", k, "objective", "as agreed with the person");
    }
}

static void row_return(struct writing *w, const struct spell *s)
{
    const struct life *l = w->l;
    bool voluntary = l->return_kind && l->return_kind[0] == 'V';
    if (l->returned_on == DATE_NONE || l->returned_on != s->end || l->cell.nationality < 0)
        return;
    row_set(w, "return_plan.kind", l->return_kind);
    row_set(w, "return_plan.country", w->m->nationality[l->cell.nationality].alpha3);
    row_set(w, "return_plan.same_place_as_before", draw_below(&w->rng, 2) ? "YES" : "UNKNOWN");
    row_set(w, "return_plan.risk_assessed_before",
            yes_no(draw_chance(&w->rng, w->m->p.risk_considered)));
    row_set(w, "return_plan.nrm_decision_recognised", "UNKNOWN");
    row_date(w, "return_plan.departed_on", l->returned_on);
    row_set(w, "return_plan.consent_informed", yes_no(voluntary));
}

/* Was there a further episode between the exit from support and `day`? */
static bool again_by(const struct life *l, const struct spell *s, int32_t day)
{
    for (int e = 0; e < l->episodes; e++)
        if (l->episode[e].start >= s->end && l->episode[e].start <= day)
            return true;
    return false;
}

static void row_followups(struct writing *w, const struct spell *s)
{
    static const char *const points[] = {"D30", "M3", "M6", "M12", "M24"};
    static const int after[] = {30, 91, 183, 365, 730};
    int k = 1;
    for (int i = 0; i < 5; i++) {
        int32_t day = s->end + after[i];
        bool tried = draw_chance(&w->rng, w->m->p.followed_up);
        uint32_t luck = draw_below(&w->rng, 100);
        bool reached = luck < (again_by(w->l, s, day) ? 30u : 55u);
        if (!tried || day > w->m->p.as_at)
            continue;
        row_field(w, "followup", k, "point", points[i]);
        row_field_date(w, "followup", k, "date", day);
        row_field(w, "followup", k, "result",
                  reached     ? "REACHED"
                  : luck < 85 ? "NOT_REACHED"
                  : luck < 95 ? "DECLINED"
                              : "UNSAFE");
        row_field(w, "followup", k, "retrafficked_since",
                  !reached ? "UNKNOWN" : yes_no(again_by(w->l, s, day)));
        k++;
    }
}

static void row_circumstances(struct writing *w, const struct spell *s)
{
    const struct life *l = w->l;
    const struct town *t = &towns[draw_below(&w->rng, town_count)];
    bool british = l->cell.nationality == w->m->british;
    bool may_work =
        british || strcmp(l->immigration, "SETTLED") == 0 || strcmp(l->immigration, "REFUGEE") == 0;
    row_set(w, "immigration_status.status", l->immigration);
    row_set(w, "immigration_status.public_funds", may_work ? "RECOURSE" : "NRPF");
    row_set(w, "accommodation.type",
            strcmp(s->type, "SAFE_HOUSE") == 0 ? "SAFE_HOUSE"
                                               : draw_code(&w->rng, &w->m->p.accommodation));
    row_set(w, "accommodation.town", t->name);
    row_set(w, "accommodation.region", t->region);
    row_date(w, "accommodation.from", s->start);
    row_set(w, "employment.right_to_work", may_work ? "YES" : "NO");
    row_set(w, "employment.status", may_work ? "UNEMPLOYED" : "NOT_ALLOWED");
    if (draw_below(&w->rng, 100) < 25) {
        row_set(w, "debt.kind", "TRAFFICKING");
        row_set(w, "debt.active", yes_no(draw_below(&w->rng, 2)));
    }
}

static void row_consents(struct writing *w, const struct spell *s)
{
    static const char *const purposes[] = {"SUPPORT", "SHARE_PROVIDER", "FOLLOW_UP"};
    static const uint32_t percent[] = {100, 74, 58};
    for (int k = 1; k <= 3; k++) {
        row_field(w, "consent", k, "purpose", purposes[k - 1]);
        row_field(w, "consent", k, "given", yes_no(draw_below(&w->rng, 100) < percent[k - 1]));
        row_field_date(w, "consent", k, "given_on", s->start);
        row_field(w, "consent", k, "given_by", strcmp(s->type, "ICTG") == 0 ? "guardian" : "self");
    }
}

/* Recovery needs assessment, of spells that one ended. */
static void row_rna(struct writing *w, const struct spell *s)
{
    int before = draw_between(&w->rng, 10, 40);
    bool considered = draw_chance(&w->rng, w->m->p.risk_considered);
    if (!s->reason || strcmp(s->reason, "RNA_ENDED") != 0 || s->end - before <= s->start)
        return;
    row_set(w, "rna.sequence", "1");
    row_date(w, "rna.requested_on", s->end - before);
    row_date(w, "rna.decided_on", s->end - before / 2);
    row_set(w, "rna.support_granted_days", arena_printf(w->a, "%d", before / 2));
    row_set(w, "rna.retrafficking_considered", yes_no(considered));
    row_set(w, "rna.outcome", draw_below(&w->rng, 3) ? "GRANTED" : "PART");
}

/* Age disputes, guardians, turning 18 while in support. */
static void row_young(struct writing *w, const struct referral *f, const struct spell *s)
{
    const struct life *l = w->l;
    int32_t until = s->end == DATE_NONE ? w->m->p.as_at : s->end;
    int32_t eighteen = date_add_years(l->birth, 18);
    if (f->age_unsure) {
        bool decided = f->received + 60 <= w->m->p.as_at;
        bool over = f->received >= eighteen;
        row_date(w, "age_dispute.claimed_birth_date",
                 over ? date_add_years(l->birth, draw_between(&w->rng, 1, 3)) : l->birth);
        row_set(w, "age_dispute.status", !decided ? "DISPUTED" : over ? "ADULT" : "CHILD");
        if (decided) {
            row_date(w, "age_dispute.assessed_birth_date", l->birth);
            row_date(w, "age_dispute.decided_on", f->received + 60);
        }
    }
    if (strcmp(s->type, "ICTG") == 0 && !s->refused) {
        row_set(w, "guardianship.ictg_referred", "YES");
        row_date(w, "guardianship.from", s->start);
        if (s->end != DATE_NONE) {
            row_date(w, "guardianship.to", s->end);
            row_set(w, "guardianship.reason_end", s->end >= eighteen ? "age" : "other");
        }
    }
    if (!s->refused && s->start < eighteen && eighteen <= until) {
        row_date(w, "transition18.turned_18_on", eighteen);
        row_set(w, "transition18.adult_support_consent", yes_no(draw_below(&w->rng, 100) < 62));
        row_set(w, "transition18.handover_done", yes_no(draw_below(&w->rng, 100) < 55));
    }
}

static void row_needs(struct writing *w)
{
    static const char *const needs[] = {"PV01", "PV02", "PV04", "PV05", "PV10"};
    static const char *const topics[] = {"immigration", "compensation", "crime", "housing"};
    if (draw_below(&w->rng, 100) < 60)
        row_set(w, "health.need", needs[draw_below(&w->rng, 5)]);
    if (draw_below(&w->rng, 100) < 55) {
        row_set(w, "legal_advice.topic", topics[draw_below(&w->rng, 4)]);
        row_set(w, "legal_advice.privileged", "NO");
    }
}

static void write_spell(struct writing *w, const struct spell *s)
{
    const struct life *l = w->l;
    const struct referral *f = &l->referral[s->referral];
    struct recorded id;
    bool knows = draw_below(&w->rng, 100) < 70; /* the provider has the NRM reference */
    row_begin(w, SIM_MSVCC);
    row_set(w, "referral.external_id", s->id);
    row_date(w, "referral.received_date", s->start);
    row_set(w, "referral.status",
            s->refused            ? "REFUSED"
            : s->end == DATE_NONE ? "ACCEPTED"
                                  : "CLOSED");
    row_set(w, "referral.age_status_at_referral",
            f->age_unsure ? "DISPUTED"
            : f->child    ? "CHILD"
                          : "ADULT");
    row_set(w, "referral.consent", f->child ? NULL : "YES");
    row_set(w, "referral.support_wanted", "YES");
    row_set(w, "referral.support_eligible", "YES");
    row_set(w, "referral.contact_result", s->refused ? NULL : "REACHED");
    row_set(w, "referral.prior_reference", knows ? f->id : NULL);
    record_identity(w, &id, s->start);
    row_identity(w, &id, true);
    if (f->home_office[0] && draw_below(&w->rng, 100) < 40) {
        row_set(w, "identifier.scheme", "HOME_OFFICE");
        row_set(w, "identifier.value", f->home_office);
    }
    row_set(w, "person.has_children", yes_no(l->children));
    row_set(w, "person.children_count", l->children ? arena_printf(w->a, "%d", l->children) : NULL);
    row_before(w);
    row_episode(w, 1, last_episode(f->about), s->start);
    row_spell(w, s);
    row_risk(w, 1, "SUPPORT_ENTRY", s->start, draw_chance(&w->rng, w->m->p.risk_considered));
    row_factors(w);
    row_circumstances(w, s);
    row_consents(w, s);
    row_rna(w, s);
    row_young(w, f, s);
    row_needs(w);
    if (!s->refused && s->end != DATE_NONE) {
        row_risk(w, 2, "EXIT_PLAN", s->end, draw_chance(&w->rng, w->m->p.risk_considered));
        row_exit_plan(w, s);
        row_return(w, s);
        row_followups(w, s);
    }
    row_end(w);
}

void write_support(struct writing *w)
{
    for (int k = 0; k < w->l->spells; k++)
        write_spell(w, &w->l->spell[k]);
}
