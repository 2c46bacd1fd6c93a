/**
 * The routes: the protocol's, the upload of a picture, and how much a caller may send. May import: Vert.x, Jackson,
 * Micrometer, {@code protocol}, {@code batch}, {@link dev.distillery.inference} and {@link dev.distillery.image}.
 */
package dev.distillery.serving.http;
