package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeClaimsTest {
    @TempDir
    private Path folder;

    @Test
    void aRecipeOfFilesNeedsNoClaim() throws IOException {
        assertThat(claims()).isEmpty();
    }

    @Test
    void eachClaimOfDataAndDestinationsIsNamedOnce() throws IOException {
        assertThat(claims(
                        "spec.dataset.train.images.uri=pvc://photos/ti",
                        "spec.dataset.train.labels.uri=pvc://photos/tl",
                        "spec.publish.destinations=[{uri: 'pvc://models/vision'}]"))
                .containsExactly("somewhere/models", "somewhere/photos");
    }

    @Test
    void foldersOfPhotographsLieOnClaimsToo() throws IOException {
        assertThat(claims(
                        "spec.dataset.format=imageFolder",
                        "spec.dataset.train={folder: {uri: 'pvc://photos/train'}}",
                        "spec.dataset.validation={folder: {uri: 'pvc://held-out/validation'}}",
                        "spec.dataset.augmentation={randomResizedCrop: {}}"))
                .containsExactly("somewhere/held-out", "somewhere/photos");
    }

    private List<String> claims(String... overrides) throws IOException {
        RecipeFile file = RecipeFile.load(
                Recipes.in(folder),
                List.of(overrides).stream().map(FieldOverride::parse).toList(),
                null,
                "out");
        return RecipeClaims.of("somewhere", file.document().spec()).stream()
                .map(claim -> claim.getMetadata().getNamespace() + "/"
                        + claim.getMetadata().getName())
                .toList();
    }
}
