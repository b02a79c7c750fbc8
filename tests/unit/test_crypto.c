#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "crypto/audit_chain.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "crypto/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static json_t *vectors(const char *name)
{
    char path[1000];
    json_t *doc;
    struct err e = {0};
    snprintf(path, sizeof path, "%s/tests/data/crypto/%s", getenv("THROUGHLINE_SOURCE"), name);
    assert_int_equal(json_read_file(path, &doc, &e), ST_OK);
    return doc;
}

static const char *member(const json_t *v, const char *key)
{
    const char *text = json_string_value(json_object_get(v, key));
    assert_non_null(text);
    return text;
}

static void assert_hex(const unsigned char *bytes, size_t n, const char *want)
{
    char hex[400];
    assert_true(2 * n < sizeof hex);
    hex_write(bytes, n, hex);
    assert_string_equal(hex, want);
}

static void counting(unsigned char *out, size_t n, unsigned char from)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)(from + i);
}

static void sealing_and_hashing_give_the_known_answers(void **state)
{
    unsigned char key[32], nonce[24], out[200];
    counting(key, 32, 0);
    counting(nonce, 24, 0x40);
    json_t *doc = vectors("sodium_vectors.json");
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(doc, "xchacha20poly1305_ietf"), i, v)
    {
        struct str plain = str_of(member(v, "plain"));
        seal_raw(key, nonce, str_of(member(v, "ad")), plain, out);
        assert_hex(out, plain.n + SEAL_TAG, member(v, "ct_tag"));
    }
    json_array_foreach(json_object_get(doc, "blake2b_keyed_256"), i, v)
    {
        keyed_hash_raw(key, str_of(member(v, "in")), out);
        assert_hex(out, 32, member(v, "out"));
    }
    json_array_foreach(json_object_get(doc, "kdf_derive_from_key"), i, v)
    {
        subkey(key, member(v, "context"), (uint64_t)json_integer_value(json_object_get(v, "id")),
               out);
        assert_hex(out, 32, member(v, "subkey"));
    }
    json_array_foreach(json_object_get(doc, "argon2id"), i, v)
    {
        unsigned char salt[16];
        struct err e = {0};
        counting(salt, 16, 0);
        assert_int_equal(
            passphrase_key(str_of(member(v, "password")), salt,
                           (uint64_t)json_integer_value(json_object_get(v, "opslimit")),
                           (size_t)json_integer_value(json_object_get(v, "memlimit")), out, &e),
            ST_OK);
        assert_hex(out, 32, member(v, "key32"));
    }
    json_decref(doc);
}

static void a_sealed_value_opens_only_where_it_stands(void **state)
{
    unsigned char key[32], other[32], sealed[200], copy[200];
    char out[200];
    size_t n;
    struct nonces nonces = {.left = 0};
    struct seal_column given = seal_column("entity_identity", "given_name");
    struct seal_column family = seal_column("entity_identity", "family_name");
    struct seal_column table = seal_column("entity_identit", "ygiven_name");
    struct seal_place place = {&given, 7, 1};
    counting(key, 32, 0);
    counting(other, 32, 1);
    const char *texts[] = {"", "A", "Nguyen Thi Lan", "exactly 16 bytes", "\x80", "a\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct str plain = str_of(texts[i]);
        size_t size = seal_size(plain.n);
        seal_value(key, 513, place, plain, &nonces, sealed);
        struct str s = {(char *)sealed, size};
        assert_int_equal(seal_key_number(s), 513);
        assert_true(seal_open(key, place, s, out, &n));
        assert_int_equal(n, plain.n);
        assert_memory_equal(out, plain.p, n);
        struct seal_place elsewhere[] = {
            {&family, 7, 1}, {&table, 7, 1}, {&given, 8, 1}, {&given, 7, 2}, {&given, -7, 1}};
        for (size_t k = 0; k < sizeof elsewhere / sizeof elsewhere[0]; k++)
            assert_false(seal_open(key, elsewhere[k], s, out, &n));
        assert_false(seal_open(other, place, s, out, &n));
        for (size_t bit = 0; bit < size * 8; bit++) {
            memcpy(copy, sealed, size);
            copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_false(seal_open(key, place, (struct str){(char *)copy, size}, out, &n));
        }
        for (size_t cut = 0; cut < size; cut++)
            assert_false(seal_open(key, place, (struct str){(char *)sealed, cut}, out, &n));
    }
}

static void codes_of_different_length_look_alike(void **state)
{
    assert_int_equal(seal_size(strlen("YES")), seal_size(strlen("NOT_ASKED")));
    assert_int_equal(seal_size(strlen("NO")), seal_size(strlen("INFERRED")));
}

static void the_merkle_tree_is_that_of_rfc_6962(void **state)
{
    json_t *doc = vectors("merkle_rfc6962.json");
    struct merkle m = {0};
    struct hash32 leaves[1000], path[MERKLE_PATH_MAX], root = merkle_root(&m);
    size_t i;
    json_t *v;
    assert_hex(root.b, 32, member(doc, "empty_root"));
    json_array_foreach(json_object_get(doc, "leaves_hex"), i, v)
    {
        unsigned char data[64];
        size_t n = strlen(json_string_value(v)) / 2;
        assert_true(hex_read(str_of(json_string_value(v)), data, n));
        leaves[i] = merkle_leaf((struct str){(char *)data, n});
        merkle_add(&m, &leaves[i]);
        root = merkle_root(&m);
        assert_hex(root.b, 32,
                   json_string_value(json_array_get(json_object_get(doc, "roots_size_1_to_8"), i)));
    }
    json_array_foreach(json_object_get(doc, "inclusion"), i, v)
    {
        uint64_t size = (uint64_t)json_integer_value(json_object_get(v, "tree_size"));
        uint64_t index = (uint64_t)json_integer_value(json_object_get(v, "index"));
        const json_t *want = json_object_get(v, "path");
        int n = merkle_path(leaves, size, index, path);
        assert_int_equal(n, json_array_size(want));
        for (int k = 0; k < n; k++)
            assert_hex(path[k].b, 32, json_string_value(json_array_get(want, (size_t)k)));
    }
    json_t *thousand = json_object_get(doc, "thousand_leaves");
    struct merkle big = {0};
    for (int k = 0; k < 1000; k++) {
        char text[20];
        snprintf(text, sizeof text, "audit-%d", k);
        leaves[k] = merkle_leaf(str_of(text));
        merkle_add(&big, &leaves[k]);
    }
    root = merkle_root(&big);
    assert_hex(root.b, 32, member(thousand, "root"));
    const json_t *want = json_object_get(thousand, "inclusion_of_617");
    int n = merkle_path(leaves, 1000, 617, path);
    assert_int_equal(n, json_array_size(want));
    for (int k = 0; k < n; k++)
        assert_hex(path[k].b, 32, json_string_value(json_array_get(want, (size_t)k)));
    assert_true(merkle_path_proves(&leaves[617], 617, 1000, path, n, &root));
    assert_false(merkle_path_proves(&leaves[617], 616, 1000, path, n, &root));
    assert_false(merkle_path_proves(&leaves[616], 617, 1000, path, n, &root));
    assert_false(merkle_path_proves(&leaves[617], 617, 1000, path, n - 1, &root));
    json_decref(doc);
}

static void every_leaf_of_every_small_tree_is_proved(void **state)
{
    struct hash32 leaves[70], path[MERKLE_PATH_MAX];
    struct merkle m = {0};
    for (uint64_t size = 1; size <= 70; size++) {
        char text[20];
        snprintf(text, sizeof text, "%d", (int)size);
        leaves[size - 1] = merkle_leaf(str_of(text));
        merkle_add(&m, &leaves[size - 1]);
        struct hash32 root = merkle_root(&m);
        for (uint64_t k = 0; k < size; k++) {
            int n = merkle_path(leaves, size, k, path);
            assert_true(merkle_path_proves(&leaves[k], k, size, path, n, &root));
        }
    }
}

/* ---- the chain ---- */

enum { ENTRIES = 40 };

static void make_chain(struct audit_entry *n, struct hash32 *hash)
{
    struct hash32 last = {{0}};
    for (int i = 0; i < ENTRIES; i++) {
        n[i] = (struct audit_entry){
            (uint64_t)i + 1, "2026-01-02T03:04:05Z", "ana", "analyst", "test", "ORG", "", "act",
            "done",          {{(unsigned char)i}},   last};
        last = hash[i] = audit_entry_hash(&n[i]);
    }
}

static enum audit_verdict judge(const struct audit_entry *n, const struct hash32 *hash, int count,
                                uint64_t head_size, const struct hash32 *root, uint64_t *at)
{
    struct audit_check c = {.head_size = head_size};
    if (root)
        c.head_root = *root;
    for (int i = 0; i < count; i++)
        audit_check_add(&c, &n[i], &hash[i]);
    return audit_check_end(&c, at);
}

static void a_changed_chain_is_told_apart(void **state)
{
    struct audit_entry n[ENTRIES], forged[ENTRIES];
    struct hash32 hash[ENTRIES], forged_hash[ENTRIES];
    struct merkle m = {0};
    uint64_t at;
    make_chain(n, hash);
    for (int i = 0; i < ENTRIES; i++)
        merkle_add(&m, &hash[i]);
    struct hash32 root = merkle_root(&m);
    assert_int_equal(judge(n, hash, ENTRIES, ENTRIES, &root, &at), AUDIT_INTACT);

    memcpy(forged, n, sizeof n);
    forged[17].outcome = "refused";
    assert_int_equal(judge(forged, hash, ENTRIES, 0, NULL, &at), AUDIT_BROKEN);
    assert_int_equal(at, 18);
    /* Its hash made to fit: the next entry gives it away. */
    memcpy(forged_hash, hash, sizeof hash);
    forged_hash[17] = audit_entry_hash(&forged[17]);
    assert_int_equal(judge(forged, forged_hash, ENTRIES, 0, NULL, &at), AUDIT_BROKEN);
    assert_int_equal(at, 19);
    /* Everything after it rebuilt: only the head knows. */
    for (int i = 18; i < ENTRIES; i++) {
        forged[i].previous = forged_hash[i - 1];
        forged_hash[i] = audit_entry_hash(&forged[i]);
    }
    assert_int_equal(judge(forged, forged_hash, ENTRIES, 0, NULL, &at), AUDIT_INTACT);
    assert_int_equal(judge(forged, forged_hash, ENTRIES, ENTRIES, &root, &at), AUDIT_BROKEN);
    /* Cut off: only the head knows. */
    assert_int_equal(judge(n, hash, 30, 0, NULL, &at), AUDIT_INTACT);
    assert_int_equal(judge(n, hash, 30, ENTRIES, &root, &at), AUDIT_CUT_SHORT);
    /* One taken out, two exchanged. */
    memcpy(forged, n, sizeof n);
    memcpy(forged_hash, hash, sizeof hash);
    memmove(forged + 5, forged + 6, sizeof *forged * (ENTRIES - 6));
    memmove(forged_hash + 5, forged_hash + 6, sizeof *forged_hash * (ENTRIES - 6));
    assert_int_equal(judge(forged, forged_hash, ENTRIES - 1, 0, NULL, &at), AUDIT_BROKEN);
    assert_int_equal(at, 6);
}

static void entries_with_shifted_words_differ(void **state)
{
    struct audit_entry a = {1, "t", "ab", "c", "p", "o", "s", "x", "y", {{0}}, {{0}}};
    struct audit_entry b = {1, "t", "a", "bc", "p", "o", "s", "x", "y", {{0}}, {{0}}};
    struct hash32 ha = audit_entry_hash(&a), hb = audit_entry_hash(&b);
    assert_memory_not_equal(ha.b, hb.b, 32);
}

static void a_head_holds_only_as_signed(void **state)
{
    unsigned char seed[32];
    struct audit_head h = {
        .store = "00112233445566778899aabbccddeeff", .at = "2026-01-02T03:04:05Z", .size = 12};
    counting(seed, 32, 9);
    audit_head_sign(&h, seed);
    assert_true(audit_head_is_signed(&h));
    struct audit_head other = h;
    other.size = 13;
    assert_false(audit_head_is_signed(&other));
    other = h;
    other.root.b[31] ^= 1;
    assert_false(audit_head_is_signed(&other));
    other = h;
    other.at[0] = '3';
    assert_false(audit_head_is_signed(&other));
}

static void passwords_and_codes(void **state)
{
    char hash[PASSWORD_HASH_BYTES], a[ONE_TIME_CODE_BYTES], b[ONE_TIME_CODE_BYTES];
    struct err e = {0};
    assert_int_equal(password_hash(str_of("correct horse"), hash, &e), ST_OK);
    assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
    assert_true(password_matches(hash, str_of("correct horse")));
    assert_false(password_matches(hash, str_of("correct horsf")));
    one_time_code(a);
    one_time_code(b);
    assert_int_equal(strlen(a), 23);
    assert_string_not_equal(a, b);
}

/* ---- the keyring ---- */

static const unsigned char store_id[16] = {1, 2, 3};

static void in_directory(char dir[100])
{
    snprintf(dir, 100, "/tmp/throughline-keys-XXXXXX");
    assert_non_null(mkdtemp(dir));
}

static void remove_directory(const char *dir)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

static void a_keyring_gives_back_its_keys(void **state)
{
    char dir[100], path[200];
    struct err e = {0};
    struct keyring *k;
    uint16_t a, b, again;
    unsigned char first[32];
    struct stat st;
    in_directory(dir);
    assert_int_equal(keyring_create(dir, store_id, NULL, &e), ST_OK);
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_OK);
    assert_int_equal(keyring_current(k, CLASS_S3, "ORG-A", &a, &e), ST_OK);
    assert_int_equal(keyring_current(k, CLASS_S3, "ORG-B", &b, &e), ST_OK);
    assert_int_equal(keyring_current(k, CLASS_S3, "ORG-A", &again, &e), ST_OK);
    assert_int_equal(a, again);
    assert_int_not_equal(a, b);
    memcpy(first, keyring_key(k, CLASS_S3, a), 32);
    assert_memory_not_equal(first, keyring_key(k, CLASS_S3, b), 32);
    keyring_close(k);
    assert_int_equal(keyring_open(dir, store_id, 1u << CLASS_S3, NULL, &k, &e), ST_OK);
    assert_memory_equal(first, keyring_key(k, CLASS_S3, a), 32);
    assert_false(keyring_has(k, CLASS_S4));
    assert_null(keyring_key(k, CLASS_S4, 1));
    keyring_close(k);
    for (int c = 0; c < KEY_CLASSES; c++) {
        snprintf(path, sizeof path, "%s/keys/%s.json", dir, key_class_name((enum key_class)c));
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    remove_directory(dir);
}

static void a_grant_opens_its_classes_only(void **state)
{
    char dir[100], path[200];
    struct err e = {0};
    struct keyring *k;
    in_directory(dir);
    assert_int_equal(keyring_create(dir, store_id, NULL, &e), ST_OK);
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_OK);
    snprintf(path, sizeof path, "%s/link.key", dir);
    assert_int_equal(keyring_grant(k, 1u << CLASS_S3 | 1u << CLASS_INDEX, path, &e), ST_OK);
    keyring_close(k);
    assert_int_equal(keyring_open(dir, store_id, 1u << CLASS_S3, path, &k, &e), ST_OK);
    keyring_close(k);
    assert_int_equal(keyring_open(dir, store_id, 1u << CLASS_S4, path, &k, &e), ST_DATA);
    remove_directory(dir);
}

static void wrong_keys_are_refused(void **state)
{
    char dir[100], other[100], key[200];
    struct err e = {0};
    struct keyring *k;
    const unsigned char another[16] = {9};
    in_directory(dir);
    in_directory(other);
    assert_int_equal(keyring_create(dir, store_id, NULL, &e), ST_OK);
    assert_int_equal(keyring_create(other, store_id, NULL, &e), ST_OK);
    snprintf(key, sizeof key, "%s/keys/master.key", other);
    assert_int_equal(keyring_open(dir, store_id, 1, key, &k, &e), ST_DATA);
    assert_non_null(strstr(e.what, "wrong key"));
    e = (struct err){0};
    assert_int_equal(keyring_open(dir, another, 1, NULL, &k, &e), ST_DATA);
    assert_non_null(strstr(e.what, "another register"));
    remove_directory(dir);
    remove_directory(other);
}

static void rotation_and_a_new_master_keep_what_is_needed(void **state)
{
    char dir[100];
    struct err e = {0};
    struct keyring *k;
    uint16_t before, after;
    unsigned char old[32], new[32];
    in_directory(dir);
    assert_int_equal(keyring_create(dir, store_id, NULL, &e), ST_OK);
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_OK);
    assert_int_equal(keyring_current(k, CLASS_S4, "ORG", &before, &e), ST_OK);
    memcpy(old, keyring_key(k, CLASS_S4, before), 32);
    assert_int_equal(keyring_rotation_begin(k, &e), ST_OK);
    assert_int_equal(keyring_rotation_begin(k, &e), ST_OK); /* goes on, makes no third */
    assert_int_equal(keyring_current(k, CLASS_S4, "ORG", &after, &e), ST_OK);
    assert_int_not_equal(before, after);
    memcpy(new, keyring_key(k, CLASS_S4, after), 32);
    assert_memory_equal(old, keyring_key(k, CLASS_S4, before), 32);
    assert_memory_not_equal(old, new, 32);
    assert_int_equal(keyring_rewrap(k, "five words that nobody knows", &e), ST_OK);
    keyring_close(k);
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_DATA); /* no passphrase */
    e = (struct err){0};
    setenv("THROUGHLINE_PASSPHRASE", "five words that nobody know", 1);
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_DATA);
    assert_non_null(strstr(e.what, "wrong key"));
    setenv("THROUGHLINE_PASSPHRASE", "five words that nobody knows", 1);
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_OK);
    assert_memory_equal(old, keyring_key(k, CLASS_S4, before), 32);
    assert_int_equal(keyring_rotation_finish(k, &e), ST_OK);
    assert_null(keyring_key(k, CLASS_S4, before));
    assert_int_equal(keyring_rewrap(k, NULL, &e), ST_OK);
    keyring_close(k);
    unsetenv("THROUGHLINE_PASSPHRASE");
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_OK);
    assert_null(keyring_key(k, CLASS_S4, before));
    assert_memory_equal(new, keyring_key(k, CLASS_S4, after), 32);
    keyring_close(k);
    remove_directory(dir);
}

static void pseudonyms_of_two_purposes_cannot_be_joined(void **state)
{
    char dir[100];
    struct err e = {0};
    struct keyring *k;
    unsigned char a[16], b[16], c[16];
    struct str parts[2] = {{"ab", 2}, {"c", 1}}, shifted[2] = {{"a", 1}, {"bc", 2}};
    in_directory(dir);
    assert_int_equal(keyring_create(dir, store_id, NULL, &e), ST_OK);
    assert_int_equal(keyring_open(dir, store_id, 63, NULL, &k, &e), ST_OK);
    keyring_pseudonym(k, USE_PERSON, parts, 2, a);
    keyring_pseudonym(k, USE_PERSON, parts, 2, b);
    keyring_pseudonym(k, USE_STATISTICS, parts, 2, c);
    assert_memory_equal(a, b, 16);
    assert_memory_not_equal(a, c, 16);
    keyring_pseudonym(k, USE_PERSON, shifted, 2, c);
    assert_memory_not_equal(a, c, 16);
    assert_true(keyring_bucket(k, 1, parts[0], 16) < 65536);
    assert_int_equal(keyring_bucket(k, 1, parts[0], 16), keyring_bucket(k, 1, parts[0], 16));
    assert_true(keyring_bucket(k, 1, parts[0], 60) != keyring_bucket(k, 2, parts[0], 60));
    keyring_close(k);
    remove_directory(dir);
}

int main(void)
{
    struct err e = {0};
    if (crypto_start(&e) != ST_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealing_and_hashing_give_the_known_answers),
        cmocka_unit_test(a_sealed_value_opens_only_where_it_stands),
        cmocka_unit_test(codes_of_different_length_look_alike),
        cmocka_unit_test(the_merkle_tree_is_that_of_rfc_6962),
        cmocka_unit_test(every_leaf_of_every_small_tree_is_proved),
        cmocka_unit_test(a_changed_chain_is_told_apart),
        cmocka_unit_test(entries_with_shifted_words_differ),
        cmocka_unit_test(a_head_holds_only_as_signed),
        cmocka_unit_test(passwords_and_codes),
        cmocka_unit_test(a_keyring_gives_back_its_keys),
        cmocka_unit_test(a_grant_opens_its_classes_only),
        cmocka_unit_test(wrong_keys_are_refused),
        cmocka_unit_test(rotation_and_a_new_master_keep_what_is_needed),
        cmocka_unit_test(pseudonyms_of_two_purposes_cannot_be_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
