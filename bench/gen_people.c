/* Made people for measuring speed: gen_people ROWS SEED FIRST.txt SURNAMES.txt > people.csv
 *
 * Persons have 1 to 5 records (.62 .20 .10 .05 .03), each corrupted on its own: typing errors,
 * swapped names, missing cells, wrong dates, moves. First names: 80 % real ones (Zipf exponent
 * .75), 20 % of 6,000 made of syllables (.5); surnames 55 % real (.7), 45 % of 50,000 syllabic
 * (.45); 120,000 postcodes (.25) each in one of 400 cities (.9); 30 nationalities (.8). For speed
 * only: accuracy on these people says nothing about real ones. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t next64(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15ull; /* splitmix64, Steele and others 2014 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}
static double unit(void)
{
    return (double)(next64() >> 11) * 0x1p-53;
}
static uint32_t below(uint32_t n)
{
    return (uint32_t)(((next64() >> 32) * n) >> 32);
}
static int chance(double p)
{
    return unit() < p;
}

enum { NAME = 32, NATIONS = 30, CITIES = 400, POSTCODES = 120000 };

struct list {
    char (*text)[NAME];
    double *cumulative;
    uint32_t n;
};

static void shuffle(struct list *l)
{
    for (uint32_t k = l->n; k > 1; k--) {
        uint32_t o = below(k);
        char t[NAME];
        memcpy(t, l->text[k - 1], NAME);
        memcpy(l->text[k - 1], l->text[o], NAME);
        memcpy(l->text[o], t, NAME);
    }
}
static void weigh(struct list *l, double exponent)
{
    double sum = 0;
    l->cumulative = malloc(l->n * sizeof *l->cumulative);
    for (uint32_t k = 0; k < l->n; k++)
        l->cumulative[k] = sum += pow(k + 1.0, -exponent);
    for (uint32_t k = 0; k < l->n; k++)
        l->cumulative[k] /= sum;
}
static uint32_t draw(const struct list *l)
{
    double u = unit();
    uint32_t lo = 0, hi = l->n - 1;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (l->cumulative[mid] < u)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
static struct list read_list(const char *path, double exponent)
{
    struct list l = {0};
    char line[200];
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        exit(2);
    }
    l.text = malloc(100000 * sizeof *l.text);
    while (l.n < 100000 && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = 0;
        snprintf(l.text[l.n++], NAME, "%.31s", line);
    }
    fclose(f);
    shuffle(&l);
    weigh(&l, exponent);
    return l;
}
static void syllables(char *out, int most)
{
    static const char *const on[] = {"b",  "d",  "f",  "g",  "h",  "k",  "l", "m",
                                     "n",  "p",  "r",  "s",  "t",  "v",  "z", "sh",
                                     "ch", "br", "tr", "gj", "dh", "kw", "y", "j"};
    static const char *const nucleus[] = {"a", "e", "i", "o", "u", "ai", "ou"};
    static const char *const coda[] = {"", "", "", "n", "r", "s", "l", "m", "k", "sh"};
    int n = 2 + (int)below((uint32_t)most - 1);
    out[0] = 0;
    for (int k = 0; k < n; k++) {
        strcat(out, on[below(24)]);
        strcat(out, nucleus[below(7)]);
        strcat(out, coda[below(10)]);
    }
}
static struct list make_list(uint32_t n, double exponent, int most)
{
    struct list l = {.n = n, .text = malloc(n * sizeof *l.text)};
    for (uint32_t k = 0; k < n; k++)
        syllables(l.text[k], most);
    weigh(&l, exponent);
    return l;
}

struct person {
    char first[NAME], last[NAME];
    int y, m, d;
    uint32_t postcode, nation;
};

static int days_in(int y, int m)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[m - 1] + (m == 2 && y % 4 == 0);
}

static void typo(char *s)
{
    size_t n = strlen(s);
    if (n < 2)
        return;
    double u = unit();
    uint32_t k = below((uint32_t)n);
    char letter = (char)('a' + below(26));
    if (u < .25)
        memmove(s + k, s + k + 1, n - k);
    else if (u < .45 && n < NAME - 2) {
        memmove(s + k + 1, s + k, n - k + 1);
        s[k] = letter;
    } else if (u < .75)
        s[k] = letter;
    else if (k + 1 < n) {
        char t = s[k];
        s[k] = s[k + 1];
        s[k + 1] = t;
    }
}

/* Ten characters: "AB12 3CD"-like, from the number, so that neighbours share an area. */
static void postcode_text(uint32_t p, char *out)
{
    uint32_t h = p * 2654435761u;
    sprintf(out, "%c%c%u %u%c%c", 'a' + p / 6000 % 20, 'a' + p / 300 % 20, 1 + p / 20 % 15, h % 10,
            'a' + h / 10 % 24, 'a' + h / 240 % 24);
}

static void date_text(struct person p, char *out)
{
    if (chance(.04) && p.d <= 12) {
        int t = p.m;
        p.m = p.d;
        p.d = t;
    }
    if (chance(.02))
        p.y += (int)below(2) ? 1 + (int)below(2) : -1 - (int)below(2);
    if (chance(.02))
        p.m = p.d = 1;
    sprintf(out, "%04d-%02d-%02d", p.y, p.m, p.d);
    if (chance(.05)) {
        static const int digits[] = {2, 3, 5, 6, 8, 9};
        char was[16];
        int y, m, d;
        strcpy(was, out);
        out[digits[below(6)]] = (char)('0' + below(10));
        sscanf(out, "%d-%d-%d", &y, &m, &d);
        if (m < 1 || m > 12 || d < 1 || d > days_in(y, m))
            strcpy(out, was);
    }
    if (chance(.08))
        out[0] = 0;
}

static const struct list *cities, *nations, *postcodes;
static const uint32_t *city_of;

static void record_text(const struct person *p, char *out)
{
    char first[NAME], last[NAME], dob[40], postcode[40], city[NAME], nation[NAME];
    strcpy(first, p->first);
    strcpy(last, p->last);
    if (chance(.15))
        typo(first);
    else if (chance(.03) && strlen(first) > 3)
        first[3] = 0;
    if (chance(.15))
        typo(last);
    if (chance(.02))
        first[0] = 0;
    if (chance(.02))
        last[0] = 0;
    int swapped = chance(.03);
    date_text(*p, dob);
    uint32_t home = chance(.20) ? draw(postcodes) : p->postcode;
    postcode_text(home, postcode);
    strcpy(city, cities->text[city_of[home]]);
    if (chance(.05))
        postcode[strlen(postcode) - 1] = (char)('a' + below(26));
    if (chance(.15))
        postcode[0] = 0;
    if (chance(.15))
        city[0] = 0;
    strcpy(nation, nations->text[p->nation]);
    if (chance(.10))
        nation[0] = 0;
    else if (chance(.02))
        strcpy(nation, nations->text[draw(nations)]);
    sprintf(out, "%s,%s,%s,%s,%s,%s", swapped ? last : first, swapped ? first : last, dob, postcode,
            city, nation);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fputs("usage: gen_people ROWS SEED FIRST.txt SURNAMES.txt > people.csv\n", stderr);
        return 2;
    }
    uint32_t rows = (uint32_t)strtoul(argv[1], NULL, 10);
    state = strtoull(argv[2], NULL, 10);
    struct list real_first = read_list(argv[3], .75), made_first = make_list(6000, .5, 3);
    struct list real_last = read_list(argv[4], .7), made_last = make_list(50000, .45, 4);
    struct list city = make_list(CITIES, .9, 3), nation = make_list(NATIONS, .8, 3);
    struct list postcode = {.n = POSTCODES};
    weigh(&postcode, .25);
    uint32_t *home_city = malloc(POSTCODES * sizeof *home_city);
    for (uint32_t k = 0; k < POSTCODES; k++)
        home_city[k] = draw(&city);
    cities = &city;
    nations = &nation;
    postcodes = &postcode;
    city_of = home_city;
    char **line = malloc(rows * sizeof *line);
    for (uint32_t made = 0, person = 0; made < rows; person++) {
        struct person p = {0};
        strcpy(p.first, chance(.8) ? real_first.text[draw(&real_first)]
                                   : made_first.text[draw(&made_first)]);
        strcpy(p.last,
               chance(.55) ? real_last.text[draw(&real_last)] : made_last.text[draw(&made_last)]);
        p.y = 1950 + (int)below(60);
        p.m = 1 + (int)below(12);
        p.d = 1 + (int)below((uint32_t)days_in(p.y, p.m));
        if (chance(.03))
            p.m = p.d = 1;
        p.postcode = draw(&postcode);
        p.nation = draw(&nation);
        double u = unit();
        int records = u < .62 ? 1 : u < .82 ? 2 : u < .92 ? 3 : u < .97 ? 4 : 5;
        for (int k = 0; k < records && made < rows; k++) {
            char text[300], whole[340];
            record_text(&p, text);
            sprintf(whole, "%s,%u", text, person);
            line[made++] = strdup(whole);
        }
    }
    for (uint32_t k = rows; k > 1; k--) {
        uint32_t o = below(k);
        char *t = line[k - 1];
        line[k - 1] = line[o];
        line[o] = t;
    }
    puts("rec_id,first_name,surname,dob,postcode,city,nationality,person");
    for (uint32_t k = 0; k < rows; k++)
        printf("r%u,%s\n", k, line[k]);
    return 0;
}
