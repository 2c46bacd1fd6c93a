package dev.distillery.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntimeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.lib.jse.JsePlatform;

/** What Argo CD's script and Flux's expressions, as documented, make of a recipe. */
class GitOpsTest {
    private static final Path SCRIPT = Path.of("../charts/gitops/argocd-health.lua");
    private static final Path DOCUMENTATION = Path.of("../docs/gitops.md");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Conditions that are true; {@code unseen}: the operator has seen an earlier generation; {@code new}: none yet. */
    @ParameterizedTest
    @CsvSource({
        "new,                            Progressing, InProgress",
        "unseen,                         Progressing, InProgress",
        "Accepted Queued Reconciling,    Progressing, InProgress",
        "Accepted Suspended Reconciling, Suspended,   Current",
        "Accepted Failed Stalled,        Degraded,    Failed",
        "Failed Stalled,                 Degraded,    Failed",
        "Accepted Published Ready,       Healthy,     Current",
    })
    void healthFollowsTheConditions(String conditions, String argo, String flux) throws Exception {
        ObjectNode recipe = recipe(conditions);
        LuaValue health = argoHealth(recipe);
        assertThat(health.get("status").tojstring()).isEqualTo(argo);
        assertThat(health.get("message").tojstring()).isNotBlank();
        assertThat(fluxStatus(recipe)).isEqualTo(flux);
    }

    private static ObjectNode recipe(String conditions) {
        ObjectNode recipe = JSON.createObjectNode();
        recipe.putObject("metadata").put("generation", 3L);
        ObjectNode status = recipe.putObject("status").put("message", "why it is so");
        if (conditions.equals("new")) {
            // The CRD's default.
            status.put("observedGeneration", -1L);
            return recipe;
        }
        boolean unseen = conditions.equals("unseen");
        status.put("observedGeneration", unseen ? 2L : 3L);
        var list = status.putArray("conditions");
        for (String type : (unseen ? "Accepted Ready" : conditions).split(" ")) {
            list.addObject()
                    .put("type", type)
                    .put("status", "True")
                    .put("reason", "Because")
                    .put("message", "so it is");
        }
        list.addObject().put("type", "GatePassed").put("status", "Unknown").put("reason", "NotMeasured");
        return recipe;
    }

    private static LuaValue argoHealth(ObjectNode recipe) throws IOException {
        Globals globals = JsePlatform.standardGlobals();
        globals.set("obj", lua(recipe));
        return globals.load(Files.readString(SCRIPT), SCRIPT.toString()).call();
    }

    private static LuaValue lua(JsonNode json) {
        if (json.isNumber()) {
            return LuaValue.valueOf(json.asInt());
        }
        if (!json.isContainerNode()) {
            return LuaValue.valueOf(json.asText());
        }
        LuaTable table = new LuaTable();
        for (int i = 0; json.isArray() && i < json.size(); i++) {
            table.set(i + 1, lua(json.get(i)));
        }
        json.properties().forEach(field -> table.set(field.getKey(), lua(field.getValue())));
        return table;
    }

    /** Flux asks in this order, and waits where nothing holds. */
    private static String fluxStatus(ObjectNode recipe) throws Exception {
        JsonNode expressions = documentedExpressions();
        for (Map.Entry<String, String> each : List.of(
                Map.entry("inProgress", "InProgress"),
                Map.entry("failed", "Failed"),
                Map.entry("current", "Current"))) {
            if (holds(expressions.get(each.getKey()).asText(), recipe)) {
                return each.getValue();
            }
        }
        return "InProgress";
    }

    private static JsonNode documentedExpressions() throws IOException {
        String text = Files.readString(DOCUMENTATION);
        int start = text.indexOf("  healthCheckExprs:");
        String block = text.substring(start, text.indexOf("```", start));
        return new YAMLMapper().readTree(block).at("/healthCheckExprs/0");
    }

    private static boolean holds(String expression, ObjectNode recipe) throws Exception {
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addVar("metadata", SimpleType.DYN)
                .addVar("status", SimpleType.DYN)
                .setResultType(SimpleType.BOOL)
                .build();
        Map<?, ?> variables = JSON.convertValue(recipe, Map.class);
        return (boolean) CelRuntimeFactory.standardCelRuntimeBuilder()
                .build()
                .createProgram(compiler.compile(expression).getAst())
                .eval(Map.of("metadata", variables.get("metadata"), "status", variables.get("status")));
    }
}
