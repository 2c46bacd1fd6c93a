package dev.distillery.embedded.store;

import java.util.Comparator;

/** Where an object is stored. {@code namespace} is empty for cluster-scoped objects. */
public record ObjectKey(String group, String plural, String namespace, String name) implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::group)
            .thenComparing(ObjectKey::plural)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name);

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    boolean sameResource(ObjectKey other) {
        return group.equals(other.group) && plural.equals(other.plural);
    }
}
