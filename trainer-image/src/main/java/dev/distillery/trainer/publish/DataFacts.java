package dev.distillery.trainer.publish;

/**
 * What the student was trained and measured on.
 *
 * @param digest of the data set, over the digests of its files or folders
 */
public record DataFacts(int trainImages, int validationImages, String digest) {}
