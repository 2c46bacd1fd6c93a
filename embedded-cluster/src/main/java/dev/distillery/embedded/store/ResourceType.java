package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * One served resource in one version.
 *
 * @param group empty for the core group
 * @param statusSubresource whether {@code status} is written only through {@code …/status}
 * @param custom what a CustomResourceDefinition adds; empty for built-in types
 */
public record ResourceType(
        String group,
        String version,
        String plural,
        String singular,
        String kind,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        boolean statusSubresource,
        Optional<CustomDefinition> custom) {

    private static final List<String> GENERATION_KINDS = List.of("Job", "Deployment", "CustomResourceDefinition");

    /** {@code v1} or {@code batch/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** {@code /api/v1} or {@code /apis/batch/v1}. */
    public String apiPath() {
        return (group.isEmpty() ? "/api/" : "/apis/") + apiVersion();
    }

    /** {@code pods} or {@code jobs.batch}, as error messages write it. */
    public String qualifiedPlural() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** {@code Pod} or {@code Job.batch}, as error messages write it. */
    public String qualifiedKind() {
        return group.isEmpty() ? kind : kind + "." + group;
    }

    public ObjectKey key(String namespace, String name) {
        return new ObjectKey(storageGroup(), plural, namespaced ? namespace : "", name);
    }

    public ObjectKey keyOf(ObjectNode object) {
        return key(Metadata.namespace(object), Metadata.name(object));
    }

    public Shape shape() {
        return custom.map(definition -> (Shape) new SchemaShape(definition.schema(), true))
                .orElseGet(BuiltinShape::root);
    }

    boolean tracksGeneration() {
        return custom.isPresent() || GENERATION_KINDS.contains(kind);
    }

    /** Whether it is a question that is answered and not stored. */
    public boolean isReview() {
        return custom.isEmpty() && kind.endsWith("Review");
    }

    boolean is(String otherKind) {
        return custom.isEmpty() && kind.equals(otherKind);
    }

    /** Both event APIs serve the same objects. */
    private String storageGroup() {
        return group.equals("events.k8s.io") ? "" : group;
    }
}
