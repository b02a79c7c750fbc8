/* A fuzz target without the fuzzer: every file of the directories named is tried once, so that what
 * was found stays found. Prints TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int try_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        return 0;
    long n = ftell(f);
    uint8_t *bytes = malloc(n > 0 ? (size_t)n : 1);
    rewind(f);
    size_t got = fread(bytes, 1, n > 0 ? (size_t)n : 0, f);
    fclose(f);
    LLVMFuzzerTestOneInput(bytes, got);
    free(bytes);
    return 1;
}

int main(int argc, char **argv)
{
    int tried = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        DIR *d = opendir(argv[i]);
        for (struct dirent *entry; d && (entry = readdir(d));) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            tried += try_file(path);
        }
        if (d)
            closedir(d);
    }
    printf("%s 1 - %d seeds\n1..1\n", tried ? "ok" : "not ok", tried);
    return tried == 0;
}
