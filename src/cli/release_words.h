/* What report and request say when they are done, and what the examples of the release commands
 * begin with. */
#ifndef CLI_RELEASE_WORDS_H
#define CLI_RELEASE_WORDS_H

/* Of the draft's number, the directory and the register. */
#define DRAFT_WORDS                                                                                \
    "Draft %lld: audited with all releases before it, not public before\n"                         \
    "  throughline release publish --from %s --by NAME --store %s\n"

#define EXAMPLE_DRAFT                                                                              \
    "throughline simulate --people 200 --seed 1 --out made --quiet\n"                              \
    "throughline init register --quiet\n"                                                          \
    "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"               \
    "throughline run --store register --quiet\n"                                                   \
    "throughline report --store register --out report --quiet\n"

#endif
