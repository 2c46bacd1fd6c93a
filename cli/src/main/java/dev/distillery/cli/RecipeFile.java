package dev.distillery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.cel.ValidationRules;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeException;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.report.ExitCode;
import dev.distillery.schema.StructuralSchema;
import dev.distillery.schema.Violation;
import dev.distillery.validation.RecipeValidator;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A valid recipe on disk, as it will be applied.
 *
 * @param applied what the user wrote, overridden, with absolute URIs and a destination, but without the defaults: those
 *     are the API server's to fill in
 * @param document the same with its defaults
 */
record RecipeFile(Path file, ObjectNode applied, RecipeDocument document) {
    private static final List<String> SPLITS = List.of("/spec/dataset/train", "/spec/dataset/validation");

    /**
     * @param destination where the student goes whatever the recipe says, a folder or a URI; null leaves it to the recipe
     * @param fallback where it goes if the recipe does not say either
     * @throws RecipeException with every violation of schema and cross-field rules
     * @throws Failure if the file cannot be read or an override does not fit
     */
    static RecipeFile load(Path file, List<FieldOverride> overrides, String destination, String fallback) {
        ObjectNode applied = RecipeDocument.readTree(read(file));
        try {
            overrides.forEach(override -> override.apply(applied));
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage(), e);
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        for (String split : SPLITS) {
            applied.at(split).forEach(source -> resolve(source, folder));
        }
        applied.at("/spec/publish/destinations").forEach(one -> resolve(one, folder));
        boolean open = applied.at("/spec/publish/destinations").isEmpty();
        if (applied.get("spec") instanceof ObjectNode spec && (destination != null || open)) {
            publishTo(spec, destination == null ? fallback : destination);
        }
        return new RecipeFile(file, applied, check(applied));
    }

    ResolvedRecipe resolved() {
        return RecipeResolver.resolve(document.namespace(), document.name(), document.spec());
    }

    /** What an API server would refuse is refused here, and what the operator would: all of it at once. */
    private static RecipeDocument check(ObjectNode applied) {
        ObjectNode filled = applied.deepCopy();
        List<Violation> violations = new ArrayList<>(RecipeValidator.validate(filled));
        StructuralSchema schema = RecipeDocument.schema();
        if (schema.hasShape(filled)) {
            List<String> named = violations.stream().map(Violation::path).toList();
            // The validator has better words for what both refuse: a path at or below the rule's.
            new ValidationRules(schema.json())
                    .check(filled, Optional.empty()).stream()
                            .filter(rule -> named.stream().noneMatch(path -> path.startsWith(rule.path())))
                            .forEach(violations::add);
        }
        if (!violations.isEmpty()) {
            throw new RecipeException(violations);
        }
        return RecipeDocument.of(filled);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new Failure(ExitCode.USAGE, file + ": no such file, expected a recipe in YAML", e);
        } catch (CharacterCodingException e) {
            throw new Failure(
                    ExitCode.USAGE, file + ": got bytes that are no UTF-8 text, expected a recipe in YAML", e);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.USAGE, file + ": cannot be read (" + e.getMessage() + "), expected a recipe in YAML", e);
        }
    }

    private static void resolve(JsonNode holder, Path folder) {
        JsonNode uri = holder.path("uri");
        if (holder instanceof ObjectNode object
                && uri.isTextual()
                && !uri.asText().isBlank()
                && LocalUri.isRelative(uri.asText())) {
            object.put("uri", LocalUri.of(folder.resolve(uri.asText())));
        }
    }

    private static void publishTo(ObjectNode spec, String destination) {
        String uri = LocalUri.isRelative(destination) ? LocalUri.of(Path.of(destination)) : destination;
        JsonNode publish = spec.path("publish");
        if (publish.isMissingNode() || publish.isNull()) {
            publish = spec.putObject("publish");
        }
        if (publish instanceof ObjectNode object) {
            object.putArray("destinations").addObject().put("uri", uri);
        }
    }
}
