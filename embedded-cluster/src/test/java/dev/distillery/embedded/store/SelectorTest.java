package dev.distillery.embedded.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {
    private static final JsonNode OBJECT = Json.parse(
            "{\"metadata\":{\"name\":\"x\",\"labels\":{\"app\":\"web\",\"tier\":\"front\"}},\"status\":{\"phase\":\"Running\"}}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    app=web                      | true
                    app==web,tier!=front         | false
                    app in (api, web),tier       | true
                    app notin (api,web)          | false
                    other notin (a)              | true
                    other!=a                     | true
                    !other                       | true
                    !app                         | false
                    other                        | false
                    """)
    void matchesLabels(String selector, boolean expected) {
        assertThat(LabelSelector.parse(selector).test(OBJECT)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"metadata.name=x,true", "status.phase!=Running,false", "metadata.name==y,false"})
    void matchesFields(String selector, boolean expected) {
        assertThat(FieldSelector.parse(selector).test(OBJECT)).isEqualTo(expected);
    }

    @Test
    void refusesWhatItCannotRead() {
        assertThatThrownBy(() -> LabelSelector.parse("a in b")).isInstanceOf(StatusException.class);
        assertThatThrownBy(() -> FieldSelector.parse("spec.anything=1")).hasMessageContaining("not supported");
    }
}
