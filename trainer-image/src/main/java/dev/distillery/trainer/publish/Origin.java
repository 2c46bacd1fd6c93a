package dev.distillery.trainer.publish;

/**
 * What trained the student.
 *
 * @param image reference of the container image, as the operator was given it; null outside of one
 */
public record Origin(TrainerBuild build, String image) {}
