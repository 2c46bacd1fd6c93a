package dev.distillery.trainer.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reference values, read from the test resources. */
public record GoldenFile(JsonNode root) {

    /** @param name without folder and ending, e.g. {@code distillation} */
    public static GoldenFile read(String name) {
        String resource = "/golden/" + name + ".json";
        try (InputStream stream = GoldenFile.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalArgumentException("no resource " + resource + "; run src/test/golden/generate.py");
            }
            return new GoldenFile(new ObjectMapper().readTree(stream));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Stream<Case> cases() {
        return StreamSupport.stream(root.get("cases").spliterator(), false).map(Case::new);
    }

    /** One compared thing; prints as its name in test reports. */
    public record Case(JsonNode json) {
        public String name() {
            return json.get("name").asText();
        }

        public double number(String field) {
            return json.get(field).asDouble();
        }

        public int integer(String field) {
            return json.get(field).asInt();
        }

        public Summary summary(String field) {
            return Summary.of(json.get(field));
        }

        /** @return summaries by name, in the file's order */
        public Map<String, Summary> summaries(String field) {
            Map<String, Summary> found = new LinkedHashMap<>();
            json.get(field).properties().forEach(entry -> found.put(entry.getKey(), Summary.of(entry.getValue())));
            return found;
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
