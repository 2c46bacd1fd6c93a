/**
 * Photographs in folders, one per class: which files there are, whether they are pictures, and their pixels, decoded once
 * where that fits and each time where it does not.
 *
 * <p>The rules: every file's bytes and header are checked before training. Up to
 * {@link dev.distillery.trainer.data.folder.DecodedFile#MAX_BYTES} of pixels, all are decoded before training too, into a
 * file; so every bad image is found before the first step. Beyond that, an image whose header is good and whose data are
 * broken stops training when it is met. Which of the two it is depends on the data alone, so the same data give the same
 * pixels on every machine with the same decoder.
 *
 * <p>May import: the JDK, slf4j, {@code dev.distillery.recipe}, {@code .report} and {@code .imagefolder}, the rooms {@code
 * augment}, {@code image} and {@code data}. Never DJL.
 */
package dev.distillery.trainer.data.folder;
