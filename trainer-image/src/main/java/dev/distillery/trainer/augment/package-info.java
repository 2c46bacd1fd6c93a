/**
 * Random changes of training images: zero-padded random crop and horizontal flip in plain Java on bytes, and the draw of a
 * random resized crop, which {@link dev.distillery.image} carries out.
 *
 * <p>Every draw is a pure function of (seed, epoch, image index), so it depends neither on the batch an image falls into
 * nor on the thread that prepares it, and a resumed run sees what an uninterrupted one would have seen.
 *
 * <p>May import: the JDK only.
 */
package dev.distillery.trainer.augment;
