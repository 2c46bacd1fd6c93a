package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldOverrideTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.b=2              | {a: {b: 2, c: [x, y]}}",
                "a.b=0.5            | {a: {b: 0.5, c: [x, y]}}",
                "a.b=false          | {a: {b: false, c: [x, y]}}",
                "a.b=text           | {a: {b: text, c: [x, y]}}",
                "a.b='5'            | {a: {b: '5', c: [x, y]}}",
                "a.b={d: [1, 2]}    | {a: {b: {d: [1, 2]}, c: [x, y]}}",
                "a.b=x=y            | {a: {b: x=y, c: [x, y]}}",
                "a.b=               | {a: {c: [x, y]}}",
                "a.c=null           | {a: {b: 1}}",
                "a.c[1]=z           | {a: {b: 1, c: [x, z]}}",
                "n.m.k=1            | {a: {b: 1, c: [x, y]}, n: {m: {k: 1}}}",
            })
    void setsOrRemovesOneField(String override, String expected) throws JsonProcessingException {
        ObjectNode document = (ObjectNode) YAML.readTree("{a: {b: 1, c: [x, y]}}");
        FieldOverride.parse(override).apply(document);
        assertThat(document).isEqualTo(YAML.readTree(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "=1", "a..b=1", "a[x]=1", ".a=1", "a={", "a[-1]=1"})
    void refusesWhatIsNoOverride(String text) {
        assertThatThrownBy(() -> FieldOverride.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b.c=1", "a.c[2]=1", "a[0]=1", "a.c.d=1"})
    void refusesAPathThatTheRecipeDoesNotHave(String text) throws JsonProcessingException {
        ObjectNode document = (ObjectNode) YAML.readTree("{a: {b: 1, c: [x, y]}}");
        FieldOverride override = FieldOverride.parse(text);
        assertThatThrownBy(() -> override.apply(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--set a");
    }

    @Test
    void messageSaysWhatWasExpected() {
        assertThatThrownBy(() -> FieldOverride.parse("seed"))
                .hasMessage("got 'seed', expected PATH=VALUE, e.g. spec.training.seed=2");
    }
}
