package dev.distillery.operator.progress;

/** Which pod speaks, as its token proves. */
public record PodIdentity(String namespace, String name, String uid) {}
