package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of JSONPath that printer columns use: fields, quoted fields, indices, wildcards and one-condition filters, as
 * in {@code .status.conditions[?(@.type=="Ready")].status}. The first match counts.
 */
final class ColumnPath {
    private static final Pattern STEP =
            Pattern.compile("\\.?\\[\\?\\(@\\.(?<filter>[\\w.]+)\\s*==\\s*['\"](?<wanted>[^'\"]*)['\"]\\)]"
                    + "|\\.?\\[['\"](?<quoted>[^'\"]+)['\"]]"
                    + "|\\.?\\[(?<index>\\d+|\\*)]"
                    + "|\\.(?<field>(?:[^.\\[\\\\]|\\\\.)+)");

    private ColumnPath() {}

    static JsonNode find(JsonNode object, String path) {
        List<JsonNode> nodes = List.of(object);
        Matcher step = STEP.matcher(path.startsWith(".") || path.startsWith("[") ? path : "." + path);
        while (step.find()) {
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode node : nodes) {
                follow(node, step, next);
            }
            nodes = next;
        }
        return nodes.isEmpty() ? MissingNode.getInstance() : nodes.get(0);
    }

    private static void follow(JsonNode node, Matcher step, List<JsonNode> found) {
        if (step.group("filter") != null) {
            String pointer = "/" + step.group("filter").replace('.', '/');
            for (JsonNode item : node) {
                if (item.at(pointer).asText().equals(step.group("wanted"))) {
                    found.add(item);
                }
            }
        } else if (step.group("index") != null) {
            if (step.group("index").equals("*")) {
                node.forEach(found::add);
            } else {
                add(node.path(Integer.parseInt(step.group("index"))), found);
            }
        } else {
            String name = step.group("quoted") != null
                    ? step.group("quoted")
                    : step.group("field").replace("\\", "");
            add(node.path(name), found);
        }
    }

    private static void add(JsonNode node, List<JsonNode> found) {
        if (!node.isMissingNode()) {
            found.add(node);
        }
    }
}
