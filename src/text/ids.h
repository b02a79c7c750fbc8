/* Identifiers brought to one form: telephone, e-mail, postcode, document number.
 *
 * Each function writes the form to out[ID_MAX], NUL-terminated, and returns its length; 0 when the
 * value is not of that kind (out is then empty): treat that as missing and keep the raw value.
 * Native digits (Arabic, Persian, Devanagari, full-width ...) are read; bidirectional controls,
 * spaces and signs are passed over. Inputs over LIMIT_NAME_BYTES are not of any kind. Pure. */
#ifndef TEXT_IDS_H
#define TEXT_IDS_H

#include "base/str.h"

#define ID_MAX 256

/* E.164: "+447911123456". A number without "+" or "00" is of `country_code` ("44" when NULL), its
 * trunk 0 dropped; "+44 (0)7911 ..." is understood; an extension ("x12", "ext 12", "#12") is cut. 7
 * to 15 digits. It says nothing of whether the number is in use. Source: ITU-T E.164; Ofcom
 * National Telephone Numbering Plan. */
size_t id_phone(struct str raw, const char *country_code, char *out);

/* Lower case, without "mailto:" and angle brackets; one @, something before it, a dot in the
 * domain. The part before @ is kept as it is written but for case (dots and +tags may matter). */
size_t id_email(struct str raw, char *out);

/* "SW1A 1AA". The six shapes of BS 7666 and GIR 0AA; O/0, I/1, S/5, B/8, Z/2 are read as the shape
 * needs where the letter stands for a digit or the digit for a letter. */
size_t id_postcode_uk(struct str raw, char *out);

/* Upper-case letters and digits only, with look-alikes made one: O, Q and D stay apart from each
 * other, but O is 0 and I is 1. For comparing, not for showing. At least 3 characters. */
size_t id_document(struct str raw, char *out);

/* Check digit of a travel document's machine-readable field (ICAO Doc 9303 part 3, 4.9: weights
 * 7 3 1, A = 10, '<' = 0), or -1 when the text has another character. */
int id_icao_check_digit(struct str field);

/* A ten-digit NHS number with its modulus 11 check digit right (NHS Data Dictionary). */
bool id_nhs_number_ok(struct str raw);

#endif
