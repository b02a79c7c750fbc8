/* A phonetic skeleton: one key per name token, for blocking and as a comparison level.
 *
 * Consonant classes without vowels, so that the romanisations of one name meet whatever country's
 * spelling wrote them: Albanian (gj xh zh q c-cedilla), Romanian (sh/ts forms), Polish (cz sz rz),
 * Turkish, Chinese (pinyin, Wade-Giles, Cantonese), Vietnamese, Arabic written with or without
 * vowels (q=k=g, w=v=ou, y=i, dh=z=th, al-/el-/ul- off), Nigerian (the shared prefixes Ade-, Olu-,
 * Oluwa-, Chukwu-, Ike- ... drop to one letter so that they do not link strangers).
 * Classes: A (a vowel, at the start only), B (b p), T (t d), K (k g q hard-c gh), F (f v w ph),
 * S (s z), J (j sh ch zh x ts dj ...), M N L R, H (h kh) at the start only. Doubled classes are
 * one. A spelling in data/text/variants.csv has the key of the name that its group is called by
 * (Magomed, Mehmet: Mohammed; Cheung, Teo: Zhang). A key of fewer than two consonants carries a
 * vowel class too (a, i, u). Recall comes first: two spellings of a name should nearly always share
 * the key; different names share it now and then. It is a key, not a proof. */
#ifndef TEXT_PHONETIC_H
#define TEXT_PHONETIC_H

#include "base/str.h"

#define SKELETON_MAX 12 /* bytes with the NUL */

/* `latin`: one word of text_fold's plain form. Writes the key to out[SKELETON_MAX], returns its
 * length (0 for a word without letters; digits stay). Pure; about 60 ns. */
size_t text_skeleton(struct str latin, char *out);

#endif
