#include "text/reading.h"
#include "text/token.h"

#include <math.h>
#include <stdlib.h>

/* Settings of the score. Chosen by reason on the kinds of difference that occur, and round: they
 * are not fitted case by case. docs/method/names.md explains each. */
#define SAME_TOKEN 0.70 /* tokens less alike than this are not one name */
#define WEIGHT_PARTICLE 0.1
#define WEIGHT_INITIAL 0.3
#define CONFLICT_INITIAL 0.8
#define CONFLICT_COST 0.5
#define EXTRA_COST 0.06
#define EXTRA_MOST 0.30
#define ONE_TOKEN 0.75 /* a single token in common, of several */
#define CROSSED 0.75   /* X son of Y against Y son of X */

/* One name's tokens, two of them perhaps joined into one. */
struct side {
    const struct name *name;
    int n;
    struct name_token joined[2];
    const struct name_token *t[NAME_TOKENS_MAX];
    int16_t from[NAME_TOKENS_MAX], to[NAME_TOKENS_MAX]; /* range of name's tokens */
    int joins;
};

static void side_init(struct side *s, const struct name *name)
{
    s->name = name;
    s->n = name->n;
    s->joins = 0;
    for (int i = 0; i < name->n; i++) {
        s->t[i] = &name->t[i];
        s->from[i] = s->to[i] = (int16_t)i;
    }
}

static void side_join(struct side *s, int i, const struct name_token *as)
{
    s->joined[s->joins] = *as;
    s->t[i] = &s->joined[s->joins++];
    s->to[i] = s->to[i + 1];
    for (int k = i + 1; k + 1 < s->n; k++) {
        s->t[k] = s->t[k + 1];
        s->from[k] = s->from[k + 1];
        s->to[k] = s->to[k + 1];
    }
    s->n--;
}

/* RamiMakhlouf, Mohammad Hasni: two neighbours of one name that are one word in the other. */
static void join_pairs(struct side *a, const struct side *b)
{
    for (int i = 0; i + 1 < a->n && a->joins < 2; i++) {
        const struct name_token *x = a->t[i], *y = a->t[i + 1];
        int n = x->key.n + y->key.n;
        if (n > CMP_MAX || x->natives || y->natives)
            continue;
        for (int j = 0; j < b->n; j++) {
            if (b->t[j]->natives || abs(b->t[j]->key.n - n) > 2)
                continue;
            char both[CMP_MAX];
            struct name_token t = *x;
            memcpy(both, x->key.c, x->key.n);
            memcpy(both + x->key.n, y->key.c, y->key.n);
            cmp_key_set(&t.key, (struct str){both, (size_t)n});
            text_skeleton((struct str){both, (size_t)n}, t.skeleton);
            t.initial = t.weak = false;
            t.family = b->t[j]->family;
            double s = key_similarity(&t.key, &b->t[j]->key);
            enum token_match why;
            if (s >= 0.85 && s > token_similarity(x, b->t[j], &why) &&
                s > token_similarity(y, b->t[j], &why)) {
                side_join(a, i, &t);
                break;
            }
        }
    }
}

static double weight(const struct name_token *t)
{
    return !t->weak ? 1 : t->initial ? WEIGHT_INITIAL : WEIGHT_PARTICLE;
}

struct grid {
    double s[NAME_TOKENS_MAX][NAME_TOKENS_MAX];
    uint8_t why[NAME_TOKENS_MAX][NAME_TOKENS_MAX];
    int16_t to[NAME_TOKENS_MAX]; /* token of b for each of a, or -1 */
};

static double worth(const struct side *a, const struct side *b, const struct grid *g, int i, int j)
{
    double s = g->s[i][j];
    if (s < SAME_TOKEN)
        return 0;
    /* Equal otherwise: keep roles and places together. */
    double near = a->t[i]->role == b->t[j]->role ? 0.002 : 0;
    return s * (weight(a->t[i]) + weight(b->t[j])) / 2 + near -
           0.0001 * abs(a->from[i] - b->from[j]);
}

/* Best one-to-one alignment: the Hungarian method (Kuhn 1955) on costs 2 - worth, in the usual
 * shortest augmenting path form. n is the larger side. */
static void align(const struct side *a, const struct side *b, struct grid *g)
{
    int n = a->n > b->n ? a->n : b->n;
    double u[NAME_TOKENS_MAX + 1] = {0}, v[NAME_TOKENS_MAX + 1] = {0};
    int row_of[NAME_TOKENS_MAX + 1] = {0}, way[NAME_TOKENS_MAX + 1] = {0};
    for (int i = 1; i <= n; i++) {
        double least[NAME_TOKENS_MAX + 1];
        bool done[NAME_TOKENS_MAX + 1] = {0};
        int at = 0;
        row_of[0] = i;
        for (int j = 0; j <= n; j++)
            least[j] = INFINITY;
        do {
            done[at] = true;
            int r = row_of[at], next = 0;
            double delta = INFINITY;
            for (int j = 1; j <= n; j++) {
                if (done[j])
                    continue;
                double w = r <= a->n && j <= b->n ? worth(a, b, g, r - 1, j - 1) : 0;
                double c = 2 - w - u[r] - v[j];
                if (c < least[j]) {
                    least[j] = c;
                    way[j] = at;
                }
                if (least[j] < delta) {
                    delta = least[j];
                    next = j;
                }
            }
            for (int j = 0; j <= n; j++)
                if (done[j]) {
                    u[row_of[j]] += delta;
                    v[j] -= delta;
                } else {
                    least[j] -= delta;
                }
            at = next;
        } while (row_of[at]);
        do {
            row_of[at] = row_of[way[at]];
            at = way[at];
        } while (at);
    }
    for (int i = 0; i < a->n; i++)
        g->to[i] = -1;
    for (int j = 1; j <= b->n; j++)
        if (row_of[j] <= a->n && g->s[row_of[j] - 1][j - 1] >= SAME_TOKEN)
            g->to[row_of[j] - 1] = (int16_t)(j - 1);
}

/* What is left over on one side: as something missing, and as something that stands against. */
struct left {
    double extra, conflict;
};

/* A word said again is not missing on the other side, but may stand against another. */
static void leave(struct left *l, const struct name_token *t, bool again)
{
    if (t->role == ROLE_ALIAS)
        return; /* another name of the person need not be known to both */
    l->extra += again ? 0 : weight(t);
    l->conflict += t->initial ? CONFLICT_INITIAL : weight(t);
}

static bool crossed(const struct name_token *a, const struct name_token *b)
{
    return (a->role == ROLE_PATRONYMIC) != (b->role == ROLE_PATRONYMIC) && a->role != ROLE_ALIAS &&
           b->role != ROLE_ALIAS;
}

static double score_of(const struct side *a, const struct side *b, const struct grid *g)
{
    double sum = 0, total = 0, worst = 1;
    int strong = 0, crossings = 0;
    struct left left_a = {0}, left_b = {0};
    bool taken[NAME_TOKENS_MAX] = {0};
    for (int i = 0; i < a->n; i++) {
        int j = g->to[i];
        if (j < 0)
            continue;
        taken[j] = true;
        double w = (weight(a->t[i]) + weight(b->t[j])) / 2, s = g->s[i][j];
        sum += w * s;
        total += w;
        strong += !a->t[i]->weak && !b->t[j]->weak;
        crossings += crossed(a->t[i], b->t[j]);
        worst = w > 0.5 && s < worst ? s : worst;
    }
    if (total == 0 || strong == 0)
        return 0;
    for (int i = 0; i < a->n; i++) {
        bool again = false;
        for (int j = 0; j < b->n; j++)
            again |= g->s[i][j] >= 0.9 && !a->t[i]->initial;
        if (g->to[i] < 0)
            leave(&left_a, a->t[i], again);
    }
    for (int j = 0; j < b->n; j++) {
        bool again = false;
        for (int i = 0; i < a->n; i++)
            again |= g->s[i][j] >= 0.9 && !b->t[j]->initial;
        if (!taken[j])
            leave(&left_b, b->t[j], again);
    }
    double conflict = fmin(left_a.conflict, left_b.conflict);
    double extra = fabs(left_a.extra - left_b.extra);
    double score = (sum / total + worst) / 2;
    score *= 1 - CONFLICT_COST * fmin(1, conflict) - 0.2 * fmin(1, fmax(0, conflict - 1));
    score *= 1 - fmin(EXTRA_MOST, EXTRA_COST * extra);
    if (strong == 1 && (left_a.extra >= 1 || left_b.extra >= 1))
        score *= ONE_TOKEN;
    if (crossings >= 2)
        score *= CROSSED;
    return score;
}

static void explain(const struct side *a, const struct side *b, const struct grid *g,
                    struct name_match *why)
{
    bool left_a = false, left_b = false, met[NAME_TOKENS_MAX] = {0};
    for (int i = 0; i < a->n; i++) {
        if (g->to[i] >= 0)
            met[g->to[i]] = true;
        else
            left_a |= !a->t[i]->weak || a->t[i]->initial;
    }
    for (int j = 0; j < b->n; j++)
        left_b |= !met[j] && (!b->t[j]->weak || b->t[j]->initial);
    uint8_t alone = left_a && left_b ? MATCH_CONFLICT : MATCH_NONE;
    for (int i = 0; i < NAME_TOKENS_MAX; i++) {
        why->a[i].kind = why->b[i].kind = alone;
        why->a[i].other = why->b[i].other = -1;
        why->a[i].similarity = why->b[i].similarity = 0;
    }
    for (int i = 0; i < a->n; i++) {
        int j = g->to[i];
        if (j < 0)
            continue;
        bool joined = a->from[i] != a->to[i] || b->from[j] != b->to[j];
        uint8_t kind = joined ? MATCH_JOINED : g->why[i][j];
        for (int k = a->from[i]; k <= a->to[i]; k++) {
            why->a[k].kind = kind;
            why->a[k].other = b->from[j];
            why->a[k].similarity = (float)g->s[i][j];
        }
        for (int k = b->from[j]; k <= b->to[j]; k++) {
            why->b[k].kind = kind;
            why->b[k].other = a->from[i];
            why->b[k].similarity = (float)g->s[i][j];
        }
    }
}

/* Chinese, Japanese and Korean names written in one piece do not say where the family name ends:
 * the whole is read against the other name's words, in order or with an end moved to the front. */
static double whole_reading(const struct name *a, const struct name *b)
{
    struct name_token all = a->t[0];
    struct cmp_key latin;
    double best = 0;
    all.natives = 0;
    for (int i = 0; i < a->n; i++) {
        const struct name_token *t = &a->t[i];
        if ((t->script != SCRIPT_HAN && t->script != SCRIPT_HANGUL) ||
            t->script != a->t[0].script || all.natives + t->natives > NAME_NATIVE_MAX)
            return 0;
        memcpy(all.native + all.natives, t->native, t->natives * sizeof *t->native);
        all.natives = (uint8_t)(all.natives + t->natives);
    }
    for (int turn = 0; turn < (b->n > 1 ? 3 : 1); turn++) {
        char word[NAME_TOKENS_MAX * CMP_MAX];
        size_t n = 0;
        int first = turn == 0 ? 0 : turn == 1 ? b->n - 1 : 1;
        for (int k = 0; k < b->n; k++) {
            const struct name_token *t = &b->t[(first + k) % b->n];
            if (t->natives || t->role == ROLE_ALIAS)
                return 0;
            memcpy(word + n, t->whole.c, t->whole.n);
            n += t->whole.n;
        }
        if (n > CMP_MAX)
            return 0;
        cmp_key_set(&latin, (struct str){word, n});
        best = fmax(best, reading_similarity(&all, &latin));
    }
    return best;
}

/* A fixed order of names, so that which one is asked about first changes nothing. */
static int name_order(const struct name *a, const struct name *b)
{
    if (a->n != b->n)
        return a->n - b->n;
    for (int i = 0; i < a->n; i++) {
        const struct name_token *x = &a->t[i], *y = &b->t[i];
        int c = memcmp(x->whole.c, y->whole.c, CMP_MAX);
        c = c ? c : x->role - y->role;
        c = c ? c : x->family - y->family;
        c = c ? c : x->script - y->script;
        c = c ? c : x->languages - y->languages;
        c = c ? c : x->natives - y->natives;
        c = c ? c : memcmp(x->native, y->native, x->natives * sizeof *x->native);
        if (c)
            return c;
    }
    return 0;
}

static double similarity_in_order(const struct name *a, const struct name *b,
                                  struct name_match *why)
{
    struct side x, y;
    struct grid g;
    if (a->n == 0 || b->n == 0) {
        if (why)
            *why = (struct name_match){0};
        return 0;
    }
    side_init(&x, a);
    side_init(&y, b);
    join_pairs(&x, &y);
    join_pairs(&y, &x);
    for (int i = 0; i < x.n; i++)
        for (int j = 0; j < y.n; j++) {
            enum token_match m;
            g.s[i][j] = token_similarity(x.t[i], y.t[j], &m);
            g.why[i][j] = (uint8_t)m;
        }
    align(&x, &y, &g);
    double score = score_of(&x, &y, &g);
    double whole = fmax(whole_reading(a, b), whole_reading(b, a));
    if (whole >= SAME_TOKEN && whole > score)
        score = whole;
    if (why) {
        explain(&x, &y, &g, why);
        why->score = score;
    }
    return score;
}

double name_similarity(const struct name *a, const struct name *b, struct name_match *why)
{
    if (name_order(a, b) <= 0)
        return similarity_in_order(a, b, why);
    double score = similarity_in_order(b, a, why);
    for (int i = 0; why && i < NAME_TOKENS_MAX; i++) {
        struct token_meeting m = why->a[i];
        why->a[i] = why->b[i];
        why->b[i] = m;
    }
    return score;
}

const char *token_match_name(enum token_match m)
{
    static const char *const names[] = {"nothing", "exact", "variant",  "reading", "joined",
                                        "typo",    "sound", "nickname", "initial", "conflict"};
    return names[m];
}
