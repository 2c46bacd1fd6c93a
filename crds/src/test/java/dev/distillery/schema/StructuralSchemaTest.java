package dev.distillery.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StructuralSchemaTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    private final StructuralSchema schema = new StructuralSchema(
            yaml(
                    """
            type: object
            required: [spec]
            properties:
              spec:
                type: object
                required: [name]
                properties:
                  name: {type: string, minLength: 2, maxLength: 4, pattern: "^[a-z]+$"}
                  count: {type: integer, minimum: 1, maximum: 9, default: 3}
                  share: {type: number, minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true}
                  on: {type: boolean}
                  color: {type: string, enum: [red, green]}
                  note: {type: string, nullable: true}
                  port: {x-kubernetes-int-or-string: true}
                  outer:
                    type: object
                    default: {}
                    properties:
                      inner:
                        type: object
                        default: {}
                        properties:
                          depth: {type: integer, default: 7}
                  list:
                    type: array
                    minItems: 1
                    maxItems: 2
                    items:
                      type: object
                      required: [key]
                      properties:
                        key: {type: string}
                        size: {type: integer, default: 5}
                  labels:
                    type: object
                    maxProperties: 2
                    additionalProperties: {type: string}
                  free:
                    type: object
                    x-kubernetes-preserve-unknown-fields: true
            """));

    @Test
    void defaultsFillNestedObjectsOutsideIn() {
        ObjectNode object = spec("name: ab");
        schema.applyDefaults(object);
        assertThat(object.at("/spec/count").asInt()).isEqualTo(3);
        assertThat(object.at("/spec/outer/inner/depth").asInt()).isEqualTo(7);
    }

    @Test
    void defaultsReachTheItemsOfAList() {
        ObjectNode object = spec("list: [{key: a}, {key: b, size: 1}]");
        schema.applyDefaults(object);
        assertThat(object.at("/spec/list/0/size").asInt()).isEqualTo(5);
        assertThat(object.at("/spec/list/1/size").asInt()).isEqualTo(1);
    }

    @Test
    void defaultsReplaceNullButNoValue() {
        ObjectNode object = spec("{count: null, outer: {inner: {depth: 1}}}");
        schema.applyDefaults(object);
        assertThat(object.at("/spec/count").asInt()).isEqualTo(3);
        assertThat(object.at("/spec/outer/inner/depth").asInt()).isEqualTo(1);
    }

    @Test
    void nullsThatTheSchemaDoesNotAllowAreAsGoodAsAbsent() {
        ObjectNode object = spec("{name: null, color: null, note: null, labels: {a: null, b: b}, other: null}");
        schema.applyDefaults(object);
        assertThat(object.at("/spec/name").isMissingNode()).isTrue();
        assertThat(object.at("/spec/color").isMissingNode()).isTrue();
        assertThat(object.at("/spec/note").isNull()).isTrue();
        assertThat(object.at("/spec/other").isNull()).isTrue();
        assertThat(object.at("/spec/labels")).isEqualTo(yaml("{b: b}"));
    }

    @Test
    void defaultsAreCopiesOfTheirOwn() {
        ObjectNode one = spec("name: ab");
        ObjectNode other = spec("name: cd");
        schema.applyDefaults(one);
        schema.applyDefaults(other);
        ((ObjectNode) one.at("/spec/outer/inner")).put("depth", 99);
        assertThat(other.at("/spec/outer/inner/depth").asInt()).isEqualTo(7);
    }

    @Test
    void acceptsWhatTheSchemaAllows() {
        ObjectNode object = spec("{name: abc, count: 9, share: 0.5, on: true, color: red, note: null, port: 80,"
                + " list: [{key: a}], labels: {a: b}, free: {any: [1, {thing: true}]}}");
        assertThat(schema.validate(object)).isEmpty();
        assertThat(schema.unknownFields(object)).isEmpty();
    }

    @Test
    void wholeNumbersMayBeWrittenWithAPoint() {
        assertThat(schema.validate(spec("{name: ab, count: 2.0}"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: 5                    | spec.name        | a string",
                "name: a                    | spec.name        | at least 2 characters",
                "name: abcde                | spec.name        | at most 4 characters",
                "name: aB                   | spec.name        | text that matches ^[a-z]+$",
                "{name: ab, count: 0}       | spec.count       | a number of at least 1",
                "{name: ab, count: 10}      | spec.count       | a number of at most 9",
                "{name: ab, count: 1.5}     | spec.count       | an integer",
                "{name: ab, count: '3'}     | spec.count       | an integer",
                "{name: ab, share: 0}       | spec.share       | a number above 0",
                "{name: ab, share: 1}       | spec.share       | a number below 1",
                "{name: ab, share: x}       | spec.share       | a number",
                "{name: ab, 'on': 'yes'}    | spec.on          | a boolean",
                "{name: ab, color: blue}    | spec.color       | one of [\"red\",\"green\"]",
                "{name: ab, color: null}    | spec.color       | a string",
                "{name: ab, list: []}       | spec.list        | at least 1 items",
                "{name: ab, list: {}}       | spec.list        | an array",
                "{name: ab, list: [{}]}     | spec.list[0].key | a value: the field is required",
                "{name: ab, list: [{key: a}, {key: 1}]} | spec.list[1].key | a string",
                "{name: ab, labels: {a: 1}} | spec.labels.a    | a string",
                "{name: ab, labels: {a: a, b: b, c: c}} | spec.labels | at most 2 entries",
                "{name: \"ab\\n\"}           | spec.name        | text that matches ^[a-z]+$",
                "{name: ab, share: 1.0e400} | spec.share       | a number",
                "{name: ab, outer: [1]}     | spec.outer       | an object",
                "{}                         | spec.name        | a value: the field is required",
            })
    void saysWhereAndWhatWasExpected(String spec, String path, String expected) {
        assertThat(schema.validate(spec(spec))).singleElement().satisfies(violation -> {
            assertThat(violation.path()).isEqualTo(path);
            assertThat(violation.expected()).isEqualTo(expected);
        });
    }

    @Test
    void aCharacterBeyondTheFirstPlaneIsOne() {
        assertThat(schema.validate(spec("{name: \"\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00\"}")))
                .singleElement()
                .satisfies(violation -> assertThat(violation.expected()).startsWith("text that matches"));
    }

    @Test
    void shapeIsTypesAndRequiredFieldsWhateverTheValues() {
        assertThat(schema.hasShape(spec("{name: TOO-LONG, count: 99, labels: {a: a, b: b, c: c}}")))
                .isTrue();
        for (String wrong : List.of(
                "{}", "{name: 5}", "{name: null}", "{name: ab, list: [{}]}", "{name: ab, labels: {a: 1}}", "[]")) {
            assertThat(schema.hasShape(spec(wrong))).as(wrong).isFalse();
        }
    }

    @Test
    void reportsEveryViolationInDocumentOrder() {
        List<Violation> violations = schema.validate(spec("{name: A, count: 0, color: blue, list: [{}, {}, {}]}"));
        assertThat(violations)
                .extracting(Violation::path)
                .containsExactly(
                        "spec.name",
                        "spec.name",
                        "spec.count",
                        "spec.color",
                        "spec.list",
                        "spec.list[0].key",
                        "spec.list[1].key",
                        "spec.list[2].key");
    }

    @Test
    void cutsLongValuesShort() {
        Violation violation = schema.validate(spec("name: " + "x".repeat(500))).get(0);
        assertThat(violation.got()).hasSize(120).endsWith("...");
    }

    @Test
    void findsUnknownFieldsAtEveryDepthAndNamesTheKnownOnes() {
        ObjectNode object = spec("{nmae: ab, outer: {inner: {dept: 1}}, list: [{key: a, sise: 1}]}");
        assertThat(schema.unknownFields(object))
                .extracting(Violation::path)
                .containsExactly("spec.nmae", "spec.outer.inner.dept", "spec.list[0].sise");
        assertThat(schema.unknownFields(object).get(1).expected()).isEqualTo("one of depth");
    }

    @Test
    void leavesTheApiMachinerysFieldsAlone() {
        ObjectNode object = spec("name: ab");
        object.put("apiVersion", "v1")
                .put("kind", "Thing")
                .putObject("metadata")
                .put("whatever", 1);
        assertThat(schema.unknownFields(object)).isEmpty();
        assertThat(schema.validate(object)).isEmpty();
    }

    @Test
    void pruneRemovesExactlyTheUnknownFields() {
        ObjectNode object =
                spec("{name: ab, x: 1, outer: {y: 2, inner: {depth: 1, z: 3}}, labels: {a: b}, free: {kept: 1}}");
        schema.prune(object);
        assertThat(object).isEqualTo(spec("{name: ab, outer: {inner: {depth: 1}}, labels: {a: b}, free: {kept: 1}}"));
    }

    private static ObjectNode spec(String yaml) {
        ObjectNode object = YAML.createObjectNode();
        object.set("spec", yaml(yaml));
        return object;
    }

    private static JsonNode yaml(String text) {
        try {
            return YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
