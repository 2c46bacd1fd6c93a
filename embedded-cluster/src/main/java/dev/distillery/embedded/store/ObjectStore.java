package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * All objects, the resource version counter and the recent history. Stored trees are never changed in place, so
 * readers need no copy. Its monitor is the one lock that makes a read-check-write sequence atomic.
 */
public final class ObjectStore {
    private final NavigableMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    private final Map<String, ObjectKey> keysByUid = new HashMap<>();
    private final Deque<ChangeEvent> history = new ArrayDeque<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final List<Consumer<ChangeEvent>> listeners = new ArrayList<>();
    private final int historyLimit;
    private long version;
    private long forgottenVersion;

    /**
     * @param firstVersion where the counter starts; above every version of an earlier run, so that a watcher that
     *     outlived that run is told to list again
     * @param historyLimit how many changes a watch can catch up on
     */
    public ObjectStore(long firstVersion, int historyLimit) {
        this.version = firstVersion;
        this.forgottenVersion = firstVersion;
        this.historyLimit = historyLimit;
    }

    /** The objects of a list and the version at which it was true. */
    public record Listing(List<ObjectNode> items, String resourceVersion) {}

    public synchronized Optional<ObjectNode> find(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    /** @param namespace empty for all namespaces */
    public synchronized Listing list(ResourceType type, String namespace) {
        return new Listing(List.copyOf(range(type, namespace).values()), Long.toString(version));
    }

    /**
     * Changes of a resource from a version on.
     *
     * @param namespace empty for all namespaces
     * @param resourceVersion empty or {@code 0} to begin with every present object as an addition
     * @throws StatusException 410 when the history no longer holds that version, or never did
     */
    public synchronized Subscription watch(ResourceType type, String namespace, String resourceVersion) {
        List<ChangeEvent> backlog = new ArrayList<>();
        if (resourceVersion.isEmpty() || resourceVersion.equals("0")) {
            range(type, namespace)
                    .forEach((key, object) -> backlog.add(new ChangeEvent(
                            Long.parseLong(Metadata.resourceVersion(object)),
                            ChangeEvent.Type.ADDED,
                            key,
                            object,
                            Optional.empty())));
        } else {
            long from = parseVersion(resourceVersion);
            if (from < forgottenVersion || from > version) {
                throw StatusException.expired("too old resource version: %s (%s)".formatted(from, version));
            }
            history.stream().filter(event -> event.resourceVersion() > from).forEach(backlog::add);
        }
        ObjectKey bounds = type.key(namespace, "");
        Predicate<ObjectKey> wanted = key -> key.sameResource(bounds)
                && (bounds.namespace().isEmpty() || bounds.namespace().equals(key.namespace()));
        Subscription subscription = new Subscription(wanted, backlog, this::unsubscribe);
        subscriptions.add(subscription);
        return subscription;
    }

    public synchronized String resourceVersion() {
        return Long.toString(version);
    }

    /** The listener runs under the store's lock, after each change. */
    synchronized void onChange(Consumer<ChangeEvent> listener) {
        listeners.add(listener);
    }

    synchronized Optional<ObjectKey> findByUid(String uid) {
        return Optional.ofNullable(keysByUid.get(uid));
    }

    /** Keys of the objects that match, in order. */
    synchronized List<ObjectKey> keys(Predicate<ObjectNode> matches) {
        return objects.entrySet().stream()
                .filter(entry -> matches.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Stores the object, which the caller gives away, with the next resource version. */
    synchronized ObjectNode put(ObjectKey key, ObjectNode object) {
        Metadata.of(object).put("resourceVersion", Long.toString(++version));
        Optional<ObjectNode> previous = Optional.ofNullable(objects.put(key, object));
        keysByUid.put(Metadata.uid(object), key);
        ChangeEvent.Type type = previous.isPresent() ? ChangeEvent.Type.MODIFIED : ChangeEvent.Type.ADDED;
        publish(new ChangeEvent(version, type, key, object, previous));
        return object;
    }

    /** Removes the object; {@code last} is its final state, which the caller gives away. */
    synchronized void remove(ObjectKey key, ObjectNode last) {
        Metadata.of(last).put("resourceVersion", Long.toString(++version));
        Optional<ObjectNode> previous = Optional.ofNullable(objects.remove(key));
        keysByUid.remove(Metadata.uid(last));
        publish(new ChangeEvent(version, ChangeEvent.Type.DELETED, key, last, previous));
    }

    private void publish(ChangeEvent event) {
        history.addLast(event);
        if (history.size() > historyLimit) {
            forgottenVersion = history.removeFirst().resourceVersion();
        }
        listeners.forEach(listener -> listener.accept(event));
        subscriptions.forEach(subscription -> subscription.offer(event));
    }

    private synchronized void unsubscribe(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    private NavigableMap<ObjectKey, ObjectNode> range(ResourceType type, String namespace) {
        ObjectKey from = type.key(namespace, "");
        String lastNamespace = from.namespace().isEmpty() ? "\uffff" : from.namespace();
        ObjectKey to = new ObjectKey(from.group(), from.plural(), lastNamespace, "\uffff");
        return objects.subMap(from, true, to, true);
    }

    private static long parseVersion(String resourceVersion) {
        try {
            return Long.parseLong(resourceVersion);
        } catch (NumberFormatException e) {
            throw StatusException.badRequest("invalid resource version: " + resourceVersion);
        }
    }
}
