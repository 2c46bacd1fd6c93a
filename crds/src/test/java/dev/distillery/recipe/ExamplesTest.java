package dev.distillery.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.schema.Violation;
import dev.distillery.validation.RecipeValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes that users start from. */
class ExamplesTest {
    private static final Path FOLDER = Path.of("../examples");

    static Stream<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void isValidOnceRelativePathsAreResolved(Path example) throws IOException {
        ObjectNode json = resolved(example);
        RecipeDocument document = RecipeDocument.of(json);
        assertThat(RecipeValidator.validate(document.spec())).isEmpty();
        // Of a folder, which is the user's, an example cannot know the checksum.
        assertThat(RecipeValidator.warnings(document.spec()))
                .allMatch(warning -> warning.startsWith("spec.dataset.train.folder"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void tellsEditorsItsSchema(Path example) throws IOException {
        try (Stream<String> lines = Files.lines(example)) {
            String schema = lines.findFirst().orElseThrow().replace("# yaml-language-server: $schema=", "");
            assertThat(FOLDER.resolve(schema)).exists();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void namesTheChecksumsOfTheFilesThatAreCheckedIn(Path example) throws IOException {
        for (JsonNode source : files(RecipeDocument.readTree(Files.readString(example)))) {
            String uri = source.get("uri").asText();
            assertThat(source.path("sha256").asText()).as(uri).matches("[0-9a-f]{64}");
            if (!uri.contains(":")) {
                assertThat(sha256(FOLDER.resolve(uri)))
                        .as(uri)
                        .isEqualTo(source.get("sha256").asText());
            }
        }
    }

    @Test
    void plainTurnsAllEightTricksOff() throws IOException {
        RecipeDocument plain = RecipeDocument.of(resolved(FOLDER.resolve("plain.yaml")));
        JsonNode tricks = plain.json().at("/spec/tricks");
        assertThat(tricks).hasSize(8);
        assertThat(tricks).allSatisfy(trick -> assertThat(trick.get("enabled").asBoolean())
                .isFalse());
    }

    @Test
    void theExampleIsRefusedWhereRelativePathsMeanNothing() throws IOException {
        TrainingRecipeSpec spec = RecipeDocument.parse(Files.readString(FOLDER.resolve("fashion-mnist.yaml")))
                .spec();
        assertThat(RecipeValidator.validate(spec))
                .extracting(Violation::path)
                .contains("spec.dataset.train.images.uri", "spec.publish.destinations");
    }

    private static ObjectNode resolved(Path example) throws IOException {
        ObjectNode json = RecipeDocument.readTree(Files.readString(example));
        for (JsonNode source : sources(json)) {
            String uri = source.get("uri").asText();
            if (!uri.contains(":")) {
                ((ObjectNode) source).put("uri", "file:///somewhere/" + uri);
            }
        }
        if (json.at("/spec/publish/destinations").isMissingNode()) {
            json.withObject("/spec/publish")
                    .putArray("destinations")
                    .addObject()
                    .put("uri", "file:///models");
        }
        return json;
    }

    private static List<JsonNode> sources(JsonNode json) {
        return Stream.concat(files(json).stream(), at(json, "/train/folder", "/validation/folder"))
                .toList();
    }

    /** Files are checked in beside the recipe; a folder of photographs is the user's. */
    private static List<JsonNode> files(JsonNode json) {
        return at(json, "/train/images", "/train/labels", "/validation/images", "/validation/labels")
                .toList();
    }

    private static Stream<JsonNode> at(JsonNode json, String... pointers) {
        return Stream.of(pointers)
                .map(pointer -> json.at("/spec/dataset" + pointer))
                .filter(source -> !source.isMissingNode());
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
