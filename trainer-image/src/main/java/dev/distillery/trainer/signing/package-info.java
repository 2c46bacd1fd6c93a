/**
 * Signatures that cosign checks: ECDSA over P-256 and SHA-256, DER, as base64, with keys as {@code cosign
 * generate-key-pair} writes them. The same content and key give the same signature, so that a bundle's bytes stay the same.
 *
 * <p>May import: the JDK, Jackson, Bouncy Castle's lightweight API (scrypt, XSalsa20, Poly1305, deterministic ECDSA, none of
 * which the JDK has), {@link dev.distillery.trainer.TrainerException} and the exit codes.
 */
package dev.distillery.trainer.signing;
