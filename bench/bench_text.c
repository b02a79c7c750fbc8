/* Speed of the name kernels: bench_text NAMES.txt (one a line). CPU nanoseconds a call, the least
 * of five runs, with the textbook Jaro-Winkler beside ours on the same pairs. */
#include "text/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST 6400
#define BLOCK 64

static char raw[MOST][64];
static struct cmp_key key[MOST];
static struct name name[MOST];
static int count;
static double sink; /* keeps results alive */

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double textbook(const struct cmp_key *a, const struct cmp_key *b)
{
    return jaro_winkler((struct str){(const char *)a->c, a->n},
                        (struct str){(const char *)b->c, b->n});
}

static struct jw_rule rule;

static double ours(const struct cmp_key *a, const struct cmp_key *b)
{
    return jaro_winkler_ratio(a, b).num;
}

static double level(const struct cmp_key *a, const struct cmp_key *b)
{
    return jw_level(&rule, a, b);
}

static double osa(const struct cmp_key *a, const struct cmp_key *b)
{
    return osa_distance(a, b, CMP_MAX);
}

static double osa2(const struct cmp_key *a, const struct cmp_key *b)
{
    return osa_distance(a, b, 2);
}

/* All pairs within blocks of 64: the keys stay in cache, as in a linkage block. */
static double pairs_ns(double (*fn)(const struct cmp_key *, const struct cmp_key *))
{
    double best = 1e300;
    for (int run = 0; run < 5; run++) {
        long n = 0;
        double from = cpu_ns();
        for (int b = 0; b + BLOCK <= count; b += BLOCK)
            for (int i = b; i < b + BLOCK; i++)
                for (int j = b; j < b + BLOCK; j++, n++)
                    sink += fn(&key[i], &key[j]);
        double ns = (cpu_ns() - from) / (double)n;
        best = ns < best ? ns : best;
    }
    return best;
}

static void row(const char *what, double ns, double peer)
{
    printf("| %-52s | %8.1f | %8.2f |", what, ns, 1000 / ns);
    if (peer > 0)
        printf(" %5.1f |\n", peer / ns);
    else
        puts("       |");
}

static void read_names(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        exit(1);
    }
    while (count < MOST && fgets(raw[count], sizeof raw[count], f)) {
        raw[count][strcspn(raw[count], "\r\n")] = '\0';
        count += raw[count][0] != '\0';
    }
    fclose(f);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: bench_text NAMES.txt\n", stderr);
        return 2;
    }
    read_names(argv[1]);
    struct text *t = text_new();
    char out[TEXT_FOLD_MAX], skeleton[SKELETON_MAX];
    for (int i = 0; i < count; i++) {
        size_t n = text_fold(t, str_of(raw[i]), out);
        cmp_key_set(&key[i], (struct str){out, n});
        name_parse_full(t, str_of(raw[i]), &name[i]);
    }
    jw_rule_init(&rule, (const uint16_t[]){920, 880}, 2);
    printf("| %-52s | %8s | %8s | %5s |\n|---|---|---|---|\n", "what", "ns", "M/s", "times");
    double book = pairs_ns(textbook);
    row("Jaro-Winkler, textbook", book, 0);
    cmp_kernel_force("sse2");
    row("Jaro-Winkler, exact ratio, SSE2", pairs_ns(ours), book);
    cmp_kernel_force(NULL);
    row(strcmp(cmp_kernel(), "avx2") == 0 ? "Jaro-Winkler, exact ratio, AVX2" : "(no AVX2 here)",
        pairs_ns(ours), book);
    row("level at .92/.88 (letter counts first)", pairs_ns(level), book);
    row("optimal string alignment, exact", pairs_ns(osa), 0);
    row("optimal string alignment, cutoff 2", pairs_ns(osa2), 0);
    double from = cpu_ns();
    for (int i = 0; i < count; i++)
        sink += (double)text_fold(t, str_of(raw[i]), out);
    row("plain form of one name", (cpu_ns() - from) / count, 0);
    from = cpu_ns();
    for (int i = 0; i < count; i++)
        sink += (double)text_skeleton((struct str){(const char *)key[i].c, key[i].n}, skeleton);
    row("skeleton of one word", (cpu_ns() - from) / count, 0);
    from = cpu_ns();
    for (int i = 0; i < 200; i++)
        for (int j = 0; j < 200; j++)
            sink += name_similarity(&name[i % count], &name[(j * 7) % count], NULL);
    row("similarity of two one-word names", (cpu_ns() - from) / 40000, 0);
    text_free(t);
    return sink == 42; /* never */
}
