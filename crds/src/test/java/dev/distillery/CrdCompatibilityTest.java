package dev.distillery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A recipe of the last release must go on working: what it says is compared with the CRD that was released. */
class CrdCompatibilityTest {
    private static final Path RELEASED = Path.of("src/test/released/trainingrecipes.distillery.dev-v1.yml");
    private static final boolean RELEASE = Boolean.getBoolean("crds.release");

    private static final String SMALL =
            """
            spec:
              group: distillery.dev
              scope: Namespaced
              names: {kind: Recipe, plural: recipes}
              versions:
                - name: v1
                  served: true
                  schema:
                    openAPIV3Schema:
                      type: object
                      required: [name]
                      properties:
                        name: {type: string, maxLength: 10, pattern: "^a"}
                        count: {type: integer, minimum: 1, nullable: true, default: 3}
                        kind: {enum: [A, B], type: string}
                        list: {type: array, items: {type: integer, maximum: 5}}
                        map: {type: object, additionalProperties: {type: string}}
                        open: {type: object, x-kubernetes-preserve-unknown-fields: true}
                      x-kubernetes-validations: [{rule: "self.count < 9", message: few}]
            """;

    @Test
    void theCrdTakesWhatTheLastReleaseTook() throws IOException {
        if (RELEASE) {
            Files.copy(GeneratedSchemas.CRD, RELEASED, StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(CrdCompatibility.breaks(read(Files.readString(RELEASED)), read(GeneratedSchemas.crd())))
                .as("stored recipes would break; keep the field, or give the change a new API version")
                .isEmpty();
    }

    @Test
    void theSameIsCompatible() {
        assertThat(CrdCompatibility.breaks(read(SMALL), read(SMALL))).isEmpty();
    }

    @Test
    void wideningIsCompatible() {
        JsonNode wider = changed(schema -> {
            schema.withArray("required").removeAll();
            property(schema, "name").put("maxLength", 20).remove("pattern");
            property(schema, "count").put("minimum", 0);
            property(schema, "kind").withArray("enum").add("C");
            schema.withObject("/properties/added").put("type", "string").put("default", "x");
            schema.withArray("required").add("added");
            rule(schema, "!has(self.added) || self.name != self.added.trim()");
            rule(schema, "self.count >= oldSelf.count");
        });
        assertThat(CrdCompatibility.breaks(read(SMALL), wider)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aBreakIsSaid(String sentence, Consumer<ObjectNode> change) {
        assertThat(CrdCompatibility.breaks(read(SMALL), changed(change))).containsExactly(sentence);
    }

    static Stream<Arguments> aBreakIsSaid() {
        return Stream.of(
                broken("v1.count: the field is gone", s -> s.withObject("/properties")
                        .remove("count")),
                broken("v1.name: the type \"string\" became \"integer\"", s -> property(s, "name")
                        .put("type", "integer")),
                broken("v1.name: maxLength 10 became 9", s -> property(s, "name")
                        .put("maxLength", 9)),
                broken("v1.name: minLength (none) became 1", s -> property(s, "name")
                        .put("minLength", 1)),
                broken("v1.name: pattern \"^a\" became \"^b\"", s -> property(s, "name")
                        .put("pattern", "^b")),
                broken("v1.count: minimum 1 became 2", s -> property(s, "count").put("minimum", 2)),
                broken("v1.count: the default 3 became 4", s -> property(s, "count")
                        .put("default", 4)),
                broken("v1.count: the default 3 became (none)", s -> property(s, "count")
                        .remove("default")),
                broken("v1: the rule self.name.size() > 1 is new", s -> rule(s, "self.name.size() > 1")),
                broken("v1: the rule self.count < 8 is new", s -> ((ObjectNode) s.at("/x-kubernetes-validations/0"))
                        .put("rule", "self.count < 8")),
                broken("v1.count: null is no longer allowed", s -> property(s, "count")
                        .remove("nullable")),
                broken(
                        "v1.kind: [A] no longer allowed, only [B]",
                        s -> property(s, "kind").withArray("enum").remove(0)),
                broken(
                        "v1.name: any value was allowed, now only [a]",
                        s -> property(s, "name").putArray("enum").add("a")),
                broken("v1.list: it became required and has no default", s -> s.withArray("required")
                        .add("list")),
                broken(
                        "v1.list[]: maximum 5 became 4",
                        s -> property(s, "list").withObject("/items").put("maximum", 4)),
                broken("v1.map.*: minLength (none) became 1", s -> property(s, "map")
                        .withObject("/additionalProperties")
                        .put("minLength", 1)),
                broken(
                        "v1.open: fields that the schema does not know were kept, now they are dropped",
                        s -> property(s, "open").remove("x-kubernetes-preserve-unknown-fields")));
    }

    @Test
    void aVersionThatIsGoneIsSaid() {
        JsonNode later = read(SMALL.replace("name: v1", "name: v2"));
        assertThat(CrdCompatibility.breaks(read(SMALL), later))
                .containsExactly("v1: this version is gone; it may still be stored");
    }

    @Test
    void anotherScopeIsSaid() {
        JsonNode later = read(SMALL.replace("Namespaced", "Cluster"));
        assertThat(CrdCompatibility.breaks(read(SMALL), later))
                .containsExactly("spec.scope: \"Namespaced\" became \"Cluster\"");
    }

    private static Arguments broken(String sentence, Consumer<ObjectNode> change) {
        return Arguments.of(sentence, change);
    }

    private static JsonNode changed(Consumer<ObjectNode> change) {
        JsonNode crd = read(SMALL);
        change.accept((ObjectNode) crd.at("/spec/versions/0/schema/openAPIV3Schema"));
        return crd;
    }

    private static void rule(ObjectNode schema, String rule) {
        schema.withArray("x-kubernetes-validations").addObject().put("rule", rule);
    }

    private static ObjectNode property(ObjectNode schema, String name) {
        return schema.withObject("/properties/" + name);
    }

    private static JsonNode read(String yaml) {
        try {
            return new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
