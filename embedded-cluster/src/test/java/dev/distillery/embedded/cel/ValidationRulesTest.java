package dev.distillery.embedded.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.distillery.schema.Violation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ValidationRulesTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    private final ValidationRules rules = new ValidationRules(
            yaml(
                    """
            type: object
            x-kubernetes-validations:
            - {rule: "size(self.metadata.name) < 5 && !has(self.metadata.labels)", message: short names only}
            properties:
              spec:
                type: object
                x-kubernetes-validations:
                - {rule: "self.low <= self.high", fieldPath: .low, message: expected at most high}
                - {rule: "self.kind == oldSelf.kind", fieldPath: .kind, message: expected no change}
                - {rule: "!has(self.note) || self.note != ''", messageExpression: "'note of ' + self.kind + ' is empty'"}
                properties:
                  low: {type: number}
                  high: {type: number}
                  kind: {type: string}
                  note: {type: string}
                  steps:
                    type: array
                    items:
                      type: object
                      x-kubernetes-validations:
                      - {rule: "self.count % 2 == 0"}
                      - {rule: "self.count == oldSelf.count"}
                      properties: {count: {type: integer}}
                  pools:
                    type: object
                    additionalProperties:
                      type: object
                      x-kubernetes-validations:
                      - {rule: "self.size >= oldSelf.size", message: a pool never shrinks}
                      properties: {size: {type: integer}}
            """));

    @Test
    void nothingIsWrongWithWhatHolds() {
        assertThat(check("spec: {low: 1, high: 1.5, kind: a, steps: [{count: 2}]}"))
                .isEmpty();
    }

    @Test
    void saysWhereWhatStandsThereAndWhatWasExpected() {
        assertThat(check("spec: {low: 2, high: 1.5, kind: a}"))
                .containsExactly(new Violation("spec.low", "2", "at most high"));
    }

    @Test
    void aMessageMayBeComputed() {
        assertThat(check("spec: {low: 1, high: 2, kind: a, note: ''}"))
                .extracting(Violation::expected)
                .containsExactly("note of a is empty");
    }

    @Test
    void aRuleOfItemsHoldsForEach() {
        assertThat(check("spec: {low: 1, high: 2, kind: a, steps: [{count: 2}, {count: 3}]}"))
                .containsExactly(new Violation("spec.steps[1]", "an object", "failed rule: self.count % 2 == 0"));
    }

    @Test
    void aRuleThatMeetsNothingIsBroken() {
        assertThat(check("spec: {high: 2, kind: a}")).singleElement().satisfies(violation -> {
            assertThat(violation.path()).isEqualTo("spec.low");
            assertThat(violation.expected()).contains("low").endsWith("evaluating rule: expected at most high");
        });
    }

    @Test
    void changesAreComparedBelowObjectsAndMapsAndNotBelowLists() {
        String before =
                "metadata: {name: tiny}\nspec: {low: 1, high: 2, kind: a, pools: {x: {size: 2}, y: {size: 2}}, steps: [{count: 2}]}";
        String after =
                "metadata: {name: tiny}\nspec: {low: 1, high: 2, kind: b, pools: {x: {size: 1}, z: {size: 1}}, steps: [{count: 4}]}";
        assertThat(rules.check(object(after), Optional.of(object(before))))
                .extracting(Violation::path)
                .containsExactlyInAnyOrder("spec.kind", "spec.pools.x");
        assertThat(rules.check(object(after), Optional.empty())).isEmpty();
    }

    @Test
    void ofTheMetadataRulesSeeTheNameAlone() {
        JsonNode named = object("metadata: {name: tiny, labels: {a: b}}\nspec: {low: 1, high: 2, kind: a}");
        assertThat(rules.check(named, Optional.empty())).isEmpty();
        JsonNode longer = object("metadata: {name: longer}\nspec: {low: 1, high: 2, kind: a}");
        assertThat(rules.check(longer, Optional.empty()))
                .extracting(Violation::expected)
                .containsExactly("short names only");
    }

    @Test
    void whatIsNoExpressionIsRefused() {
        JsonNode schema = yaml("{type: object, x-kubernetes-validations: [{rule: 'self.a =='}]}");
        assertThatThrownBy(() -> new ValidationRules(schema)).hasMessageContaining("compilation failed");
    }

    private List<Violation> check(String body) {
        return rules.check(object("metadata: {name: tiny}\n" + body), Optional.empty());
    }

    private static JsonNode object(String text) {
        return yaml(text);
    }

    private static JsonNode yaml(String text) {
        try {
            return YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
