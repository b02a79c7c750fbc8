#include "text/syllable.h"

/* Initials and finals of Hanyu Pinyin, Wade-Giles without apostrophes, Jyutping-like Hong Kong
 * spelling, Revised Romanisation and McCune-Reischauer of Korean: public standards. */
static const char *const initials[] = {"zh", "ch", "sh", "ts", "tz", "hs", "kw", "gw", "ng",
                                       "kk", "tt", "pp", "ss", "jj", "b",  "p",  "m",  "f",
                                       "d",  "t",  "n",  "l",  "g",  "k",  "h",  "j",  "q",
                                       "x",  "z",  "c",  "s",  "r",  "y",  "w",  ""};
static const char *const finals[] = {
    "a",    "ai",   "an",    "ang",  "ao",    "e",   "ei",   "en",   "eng",  "er",  "i",    "ia",
    "ian",  "iang", "iao",   "ie",   "ien",   "ih",  "in",   "ing",  "iong", "iu",  "iung", "o",
    "on",   "ong",  "ou",    "ow",   "u",     "ua",  "uai",  "uan",  "uang", "ue",  "ueh",  "ui",
    "uen",  "un",   "ung",   "uo",   "eh",    "au",  "eung", "eong", "iew",  "eow", "ee",   "oo",
    "oon",  "oong", "ah",    "oh",   "uh",    "am",  "em",   "im",   "um",   "om",  "eom",  "yom",
    "ak",   "ek",   "ik",    "uk",   "ok",    "eok", "yok",  "ap",   "ip",   "up",  "op",   "eop",
    "yop",  "al",   "il",    "ul",   "ol",    "eol", "yol",  "eul",  "at",   "it",  "ut",   "ot",
    "eo",   "eon",  "eun",   "eu",   "eum",   "ae",  "aek",  "aeng", "aen",  "oe",  "wa",   "wan",
    "wang", "wi",   "wo",    "won",  "wol",   "we",  "weon", "ya",   "yang", "yo",  "yon",  "yong",
    "yeo",  "yeon", "yeong", "you",  "young", "yun", "yung", "yu",   "yuk",  "yul", "ye",   "ye",
    "yae",  "yak",  "yok",   "ew",   "aw",    "aeh", "ieh",  "oung", "oun",  "oom", "ool",  "yoon",
    "yoo",  "oi",   "eoul",  "yeol", "yeop",  "iak", "iat",  "et",   "ell",  "ay",  "uck",  "ick",
    "oek",
};

bool syllable_east(struct str s)
{
    if (s.n == 0 || s.n > 6)
        return false;
    if (str_is(s, "ng"))
        return true;
    for (size_t i = 0; i < sizeof initials / sizeof *initials; i++) {
        size_t k = strlen(initials[i]);
        if (s.n <= k || memcmp(s.p, initials[i], k) != 0)
            continue;
        for (size_t j = 0; j < sizeof finals / sizeof *finals; j++)
            if (str_is((struct str){s.p + k, s.n - k}, finals[j]))
                return true;
    }
    return false;
}

bool surname_east(struct str s)
{
    static const char list[] =
        " wang wong li lee zhang chang cheung liu lau chen chan tan yang yeung huang zhao chiu wu "
        "ng zhou chow chou chau xu hsu sun suen ma zhu chu hu guo kuo kwok he ho lin lam gao kao "
        "luo lo law zheng cheng liang leung xie hsieh tse song sung tang tong feng fung cao tsao "
        "deng teng xiao hsiao siu cai tsai choi pan poon yuan yuen jiang chiang zeng tseng tsang "
        "peng pang lu su ye yeh yip wei shen shum zhong chung qian chien qiu yau xiong hsiung yan "
        "hong hung jia dai tai fan fang mao shi shih tao bai pai dong tung xi hsi mo ou au hao "
        "kim gim park pak bak yi ri rhee choe jung jeong chong kang gang cho jo yoon yun jang lim "
        "im rim han oh o seo suh shin sin kwon gwon hwang ahn an ryu yoo yu jeon chon jun ko koh "
        "go moon mun ryang son sohn bae pae baek paek paik heo hur nam sim shim no noh roh ha kwak "
        "gwak sung seong cha ju joo woo u ku koo gu min na ra chin jin ji chi om um eom won hyon "
        "hyun yon yeon kil gil pyon byun wi do ki eo pong thae ok sok so ";
    char padded[16];
    if (s.n == 0 || s.n > 8)
        return false;
    padded[0] = ' ';
    memcpy(padded + 1, s.p, s.n);
    padded[s.n + 1] = ' ';
    return memmem(list, sizeof list - 1, padded, s.n + 2) != NULL;
}
