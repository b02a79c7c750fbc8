#include "text/ids.h"

#include "base/limits.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

/* Next character as ASCII: native digits as digits, full-width forms as themselves; 0 for what is
 * passed over, -1 at the end, '?' for any other. */
static int next_ascii(struct str s, int32_t *i)
{
    int32_t n = (int32_t)s.n;
    UChar32 c;
    if (*i >= n)
        return -1;
    U8_NEXT((const uint8_t *)s.p, *i, n, c);
    if (c < 0)
        return '?';
    if (c > 0x7f && u_charDigitValue(c) >= 0 && u_charDigitValue(c) <= 9)
        return '0' + u_charDigitValue(c);
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c >= 0x2010 && c <= 0x2015)
        return '-';
    if (c < 0x20 || u_isUWhiteSpace(c))
        return ' ';
    if (c > 0x7f)
        return u_charType(c) == U_FORMAT_CHAR ? 0 : '?';
    return c;
}

static bool fits(struct str raw)
{
    return raw.n > 0 && raw.n <= LIMIT_NAME_BYTES;
}

static size_t nothing(char *out)
{
    out[0] = '\0';
    return 0;
}

size_t id_phone(struct str raw, const char *country_code, char *out)
{
    char digits[32];
    size_t n = 0;
    bool plus = false, bracket = false, zero_in_brackets = false;
    if (!fits(raw))
        return nothing(out);
    for (int32_t i = 0, c; (c = next_ascii(raw, &i)) >= 0;) {
        if (c == '+' && n == 0)
            plus = true;
        else if (c == 'x' || c == 'X' || c == '#' || c == 'e' || c == 'E') {
            if (n == 0)
                return nothing(out);
            break; /* an extension */
        } else if (ascii_is_digit(c)) {
            if (n + 1 == sizeof digits)
                return nothing(out);
            zero_in_brackets = bracket && c == '0' && n > 0;
            digits[n++] = (char)c;
        } else if (c == ')' && zero_in_brackets && plus)
            n--; /* +44 (0)20 */
        else if (c != 0 && !strchr(" -.()/", c))
            return nothing(out);
        bracket = c == '(' || (bracket && c == 0);
    }
    const char *p = digits;
    const char *code = country_code ? country_code : "44";
    if (!plus && n > 2 && p[0] == '0' && p[1] == '0') {
        plus = true;
        p += 2;
        n -= 2;
    }
    size_t k = 0;
    out[k++] = '+';
    if (!plus) {
        size_t trunk = n && p[0] == '0';
        p += trunk;
        n -= trunk;
        memcpy(out + k, code, strlen(code));
        k += strlen(code);
    } else if (strncmp(p, code, strlen(code)) == 0 && n > strlen(code) && p[strlen(code)] == '0') {
        /* +44 0 20: the trunk 0 left in */
        memcpy(out + k, code, strlen(code));
        k += strlen(code);
        p += strlen(code) + 1;
        n -= strlen(code) + 1;
    }
    memcpy(out + k, p, n);
    k += n;
    out[k] = '\0';
    return k >= 8 && k <= 16 ? k : nothing(out);
}

size_t id_email(struct str raw, char *out)
{
    size_t n = 0, at = 0, ats = 0, dot = 0;
    raw = str_trim(raw);
    if (!fits(raw))
        return nothing(out);
    if (raw.n > 7 && str_eq_nocase_ascii((struct str){raw.p, 7}, str_of("mailto:")))
        raw = (struct str){raw.p + 7, raw.n - 7};
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '<' || c == '>')
            continue;
        if ((unsigned char)c <= ' ' || c == ',' || c == ';' || c == 0x7f || n + 1 == ID_MAX)
            return nothing(out);
        if (c == '@') {
            at = n;
            ats++;
        }
        if (c == '.' && ats)
            dot = n;
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    out[n] = '\0';
    return ats == 1 && at > 0 && dot > at + 1 && dot + 1 < n ? n : nothing(out);
}

/* Letters and digits in upper case, up to `cap`; over that, none. */
static size_t alphanumeric(struct str raw, char *out, size_t cap)
{
    size_t n = 0;
    if (!fits(raw))
        return 0;
    for (int32_t i = 0, c; (c = next_ascii(raw, &i)) >= 0;) {
        if (c >= 'a' && c <= 'z')
            c -= 32;
        if (!ascii_is_digit(c) && !(c >= 'A' && c <= 'Z'))
            continue;
        if (n == cap)
            return 0;
        out[n++] = (char)c;
    }
    return n;
}

static const char look_digits[] = "01582", look_letters[] = "OISBZ";

static char as_digit(char c)
{
    const char *p = ascii_is_digit(c) ? NULL : strchr(look_letters, c);
    return p ? look_digits[p - look_letters] : c;
}

static char as_letter(char c)
{
    const char *p = ascii_is_digit(c) ? strchr(look_digits, c) : NULL;
    return p ? look_letters[p - look_digits] : c;
}

/* Writes the code when it has the shape (A letter, 9 digit), reading look-alikes. */
static bool shape_read(const char *shape, const char *code, char *out)
{
    for (size_t i = 0; shape[i]; i++) {
        out[i] = shape[i] == '9' ? as_digit(code[i]) : as_letter(code[i]);
        if (ascii_is_digit(out[i]) != (shape[i] == '9'))
            return false;
    }
    return true;
}

size_t id_postcode_uk(struct str raw, char *out)
{
    /* As written first, then with look-alikes; the shape with fewest changes wins. */
    static const char *const shapes[] = {"A99AA",   "A999AA", "AA99AA",
                                         "AA999AA", "A9A9AA", "AA9A9AA"};
    char code[8], best[8], as[8];
    size_t n = alphanumeric(raw, code, 7), fewest = 99;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (strlen(shapes[i]) != n || !shape_read(shapes[i], code, as))
            continue;
        size_t changes = 0;
        for (size_t k = 0; k < n; k++)
            changes += as[k] != code[k];
        if (changes < fewest) {
            fewest = changes;
            memcpy(best, as, n);
        }
    }
    if (n == 6 && memcmp(code, "GIR0AA", 6) == 0) {
        memcpy(best, code, n);
        fewest = 0;
    }
    if (fewest > 2)
        return nothing(out);
    memcpy(out, best, n - 3);
    out[n - 3] = ' ';
    memcpy(out + n - 2, best + n - 3, 3);
    out[n + 1] = '\0';
    return n + 1;
}

size_t id_document(struct str raw, char *out)
{
    size_t n = alphanumeric(raw, out, ID_MAX - 1);
    if (n < 3)
        return nothing(out);
    for (size_t i = 0; i < n; i++)
        out[i] = out[i] == 'O' ? '0' : out[i] == 'I' ? '1' : out[i];
    out[n] = '\0';
    return n;
}

int id_icao_check_digit(struct str field)
{
    static const int weights[] = {7, 3, 1};
    int sum = 0;
    for (size_t i = 0; i < field.n; i++) {
        char c = field.p[i];
        int v = ascii_is_digit(c)      ? c - '0'
                : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                : c == '<'             ? 0
                                       : -1;
        if (v < 0)
            return -1;
        sum = (sum + v * weights[i % 3]) % 10;
    }
    return sum;
}

bool id_nhs_number_ok(struct str raw)
{
    char code[16];
    int sum = 0;
    if (alphanumeric(raw, code, 10) != 10)
        return false;
    for (int i = 0; i < 10; i++) {
        if (!ascii_is_digit(code[i]))
            return false;
        sum += (code[i] - '0') * (i < 9 ? 10 - i : 1);
    }
    return sum % 11 == 0;
}
