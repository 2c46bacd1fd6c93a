/**
 * Random changes of training images, in plain Java on bytes: zero-padded random crop and horizontal flip.
 *
 * <p>Every draw is a pure function of (seed, epoch, image index), so it depends neither on the batch an image falls into
 * nor on the thread that prepares it, and a resumed run sees what an uninterrupted one would have seen.
 *
 * <p>May import: the JDK only.
 */
package dev.distillery.trainer.augment;
