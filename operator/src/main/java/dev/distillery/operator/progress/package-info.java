/**
 * What running trainers push: over TLS, by pods that prove which pod they are, kept in memory (the latest of each Job), and
 * passed on as events, so many a second. ADR 16 says why it is so.
 */
package dev.distillery.operator.progress;
