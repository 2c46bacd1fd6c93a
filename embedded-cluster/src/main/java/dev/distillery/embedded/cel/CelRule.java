package dev.distillery.embedded.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime.Program;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One rule, compiled.
 *
 * @param fieldPath of what is wrong, below the rule's own place, e.g. {@code .memory}; may be empty
 * @param text the rule itself, for a rule without a message
 * @param transition whether it compares with what was there before, and so holds for changes alone
 * @param message null where {@code messageExpression} says it
 */
record CelRule(
        String fieldPath,
        String text,
        boolean transition,
        Program condition,
        String message,
        Optional<Program> messageExpression) {

    private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");

    /** The environment of Kubernetes' rules, as far as the standard library and the extension of strings go. */
    private static final Cel CEL = CelFactory.standardCelBuilder()
            .setOptions(CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .build())
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(CelExtensions.strings())
            .addRuntimeLibraries(CelExtensions.strings())
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .build();

    /**
     * @param rule an item of {@code x-kubernetes-validations}
     * @throws IllegalArgumentException if it is no expression
     */
    static CelRule of(JsonNode rule) {
        String text = rule.path("rule").asText();
        return new CelRule(
                rule.path("fieldPath").asText(""),
                text,
                OLD_SELF.matcher(text).find(),
                compile(text),
                rule.path("message").asText(null),
                Optional.ofNullable(rule.path("messageExpression").asText(null)).map(CelRule::compile));
    }

    /** @return what is wrong; empty if the rule holds */
    Optional<String> complaint(Object self, Object oldSelf) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("self", self);
        if (oldSelf != null) {
            variables.put("oldSelf", oldSelf);
        }
        try {
            return Boolean.TRUE.equals(condition.eval(variables)) ? Optional.empty() : Optional.of(said(variables));
        } catch (CelEvaluationException e) {
            return Optional.of(e.getMessage() + " evaluating rule: " + (message == null ? text : message));
        }
    }

    private String said(Map<String, Object> variables) throws CelEvaluationException {
        if (messageExpression.isPresent()) {
            return String.valueOf(messageExpression.get().eval(variables));
        }
        return message == null ? "failed rule: " + text : message;
    }

    private static Program compile(String expression) {
        try {
            return CEL.createProgram(CEL.compile(expression).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException("compilation failed: " + e.getMessage(), e);
        }
    }
}
