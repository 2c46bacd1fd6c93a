package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.status.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the Grafana dashboard asks for, the operator exports: every metric, with the labels that it is grouped by. */
class DashboardIT extends RecipeScenario {
    private static final Path DASHBOARD = Path.of("../charts/distillery/dashboards/distillery.json");
    private static final Pattern SELECTOR = Pattern.compile("([a-z][a-z0-9_]*)\\{job=~");
    private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");
    private static final Pattern SERIES = Pattern.compile("([a-z][a-z0-9_]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    @Test
    void theOperatorExportsWhatTheDashboardAsksFor() throws IOException, InterruptedException {
        List<String> queries = new ObjectMapper()
                .readTree(DASHBOARD.toFile()).findValues("expr").stream()
                        .map(JsonNode::asText)
                        .toList();
        assertThat(queries).hasSizeGreaterThan(10);
        // One that goes all the way, one that fails: whatever is counted, is counted once.
        apply(Recipes.recipe("photos", "happy", true));
        apply(Recipes.recipe("broken", "gate-fails", false));
        awaitPhase("photos", Phase.READY);
        awaitPhase("broken", Phase.FAILED);
        Map<String, Set<String>> exported = exported();
        for (String query : queries) {
            Matcher selector = SELECTOR.matcher(query);
            assertThat(selector.find()).as(query).isTrue();
            do {
                String metric = selector.group(1);
                assertThat(exported).as(query).containsKey(metric);
                assertThat(exported.get(metric))
                        .as("labels of %s in %s", metric, query)
                        .containsAll(grouping(query));
            } while (selector.find());
        }
    }

    private static Set<String> grouping(String query) {
        Set<String> labels = new HashSet<>();
        Matcher grouping = GROUPING.matcher(query);
        while (grouping.find()) {
            labels.addAll(List.of(grouping.group(1).split(", *")));
        }
        return labels;
    }

    /** @return labels by the name of the metric */
    private static Map<String, Set<String>> exported() throws IOException, InterruptedException {
        Map<String, Set<String>> metrics = new TreeMap<>();
        Stream<String> lines = operator.text("/q/metrics").lines().filter(line -> !line.startsWith("#"));
        lines.forEach(line -> {
            Matcher series = SERIES.matcher(line);
            assertThat(series.matches()).as(line).isTrue();
            Set<String> labels = metrics.computeIfAbsent(series.group(1), name -> new HashSet<>());
            Matcher label = LABEL.matcher(series.group(2) == null ? "" : series.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
        });
        return metrics;
    }
}
