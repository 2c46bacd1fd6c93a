package dev.distillery.embedded.api;

import dev.distillery.embedded.store.ObjectKey;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.StatusException;
import java.util.List;
import java.util.Set;

/**
 * What a request path names.
 *
 * @param namespace empty for all namespaces, or a cluster-scoped resource
 * @param name empty for the collection
 * @param subresource empty for the object itself
 */
record ResourcePath(ResourceType type, String namespace, String name, String subresource) {
    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

    /** @throws StatusException 404 when nothing is served there */
    static ResourcePath parse(List<String> segments, ResourceTypes types) {
        boolean core = segments.get(0).equals("api");
        int head = core ? 2 : 3;
        if (segments.size() <= head || !(core || segments.get(0).equals("apis"))) {
            throw StatusException.noSuchPath();
        }
        String group = core ? "" : segments.get(1);
        List<String> rest = segments.subList(head, segments.size());
        String namespace = "";
        boolean inNamespace = rest.get(0).equals("namespaces")
                && rest.size() > 2
                && !(rest.size() == 3 && NAMESPACE_SUBRESOURCES.contains(rest.get(2)));
        if (inNamespace) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        ResourceType type =
                types.find(group, segments.get(head - 1), rest.get(0)).orElseThrow(StatusException::noSuchPath);
        if (rest.size() > 3 || (inNamespace && !type.namespaced())) {
            throw StatusException.noSuchPath();
        }
        return new ResourcePath(
                type, namespace, rest.size() > 1 ? rest.get(1) : "", rest.size() > 2 ? rest.get(2) : "");
    }

    ObjectKey key() {
        return type.key(namespace, name);
    }

    boolean isCollection() {
        return name.isEmpty();
    }
}
