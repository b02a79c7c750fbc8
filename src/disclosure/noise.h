/* Integer noise for differential privacy, exact: Canonne, Kamath & Steinke (2020), "The discrete
 * Gaussian for differential privacy", algorithms 1 to 3. Nothing is computed in floating point
 * (Mironov 2012 shows what that leaks); all probabilities are ratios of whole numbers and all
 * randomness is libsodium's ChaCha20.
 *
 * Cost: about 0.2 (Laplace) and 0.4 (Gaussian) microseconds a draw. */
#ifndef DISCLOSURE_NOISE_H
#define DISCLOSURE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOISE_SEED_BYTES 32
#define NOISE_MOST 1000000 /* largest numerator or denominator of a parameter */

/* A stream of random bytes. The seed must be secret and used once: whoever has it can take the
 * noise off again. Wipe with noise_close. */
struct noise {
    unsigned char seed[NOISE_SEED_BYTES];
    uint64_t block;
    uint64_t word[512];
    uint32_t next;
};

void noise_open(struct noise *n, const unsigned char seed[NOISE_SEED_BYTES]);
void noise_close(struct noise *n);
uint64_t noise_u64(struct noise *n);
/* Uniform on 0..below-1, without bias; below > 0. */
uint64_t noise_below(struct noise *n, uint64_t below);

/* P(x) proportional to exp(-|x| * inverse_num / inverse_den); both from 1 to NOISE_MOST. */
int64_t noise_laplace(struct noise *n, uint64_t inverse_num, uint64_t inverse_den);
/* P(x) proportional to exp(-x^2 / (2 * variance)), variance = num / den; both from 1 to NOISE_MOST.
 */
int64_t noise_gaussian(struct noise *n, uint64_t num, uint64_t den);
/* True with probability exp(-num / den); den > 0. */
bool noise_keep(struct noise *n, uint64_t num, uint64_t den);

#endif
