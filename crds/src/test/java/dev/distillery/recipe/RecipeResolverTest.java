package dev.distillery.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeResolverTest {
    private static final ResolvedRecipe BASE = resolve();

    @Test
    void takesRateAndDecayFromTheStudentsFamily() {
        assertThat(BASE.spec().tricks().linearScaling().referenceRate()).isEqualTo(0.8);
        assertThat(BASE.spec().training().optimizer().weightDecay()).isEqualTo(5e-4);
        ResolvedRecipe imagenet = resolve("/student/model", "{family: resnet, depth: 18}");
        assertThat(imagenet.spec().tricks().linearScaling().referenceRate()).isEqualTo(0.1);
        assertThat(imagenet.spec().training().optimizer().weightDecay()).isEqualTo(1e-4);
    }

    @Test
    void keepsWhatTheRecipeSays() {
        ResolvedRecipe recipe =
                resolve("/tricks/linearScaling/referenceRate", "0.3", "/training/optimizer/weightDecay", "0");
        assertThat(recipe.spec().tricks().linearScaling().referenceRate()).isEqualTo(0.3);
        assertThat(recipe.spec().training().optimizer().weightDecay()).isZero();
    }

    @Test
    void plainDistillationUnlessTheRecipeDecouples() {
        assertThat(BASE.spec().tricks().distillation().decoupled()).isNull();
        assertThat(resolve("/tricks/distillation/decoupled", "{}")
                        .spec()
                        .tricks()
                        .distillation()
                        .decoupled())
                .isEqualTo(new Tricks.Decoupled(1, 8));
    }

    @Test
    void modelNameDefaultsToTheRecipes() {
        assertThat(BASE.modelName()).isEqualTo("tiny");
        assertThat(resolve("/publish/modelName", "other").modelName()).isEqualTo("other");
    }

    @Test
    void sameSpecSameDigest() {
        assertThat(resolve()).isEqualTo(BASE);
        assertThat(BASE.digest()).matches("[0-9a-f]{64}");
    }

    @Test
    void aDefaultWrittenOutChangesNothing() {
        ResolvedRecipe explicit = resolve(
                "/tricks/linearScaling/referenceRate",
                "0.8",
                "/training/batchSize",
                "128",
                "/training/optimizer/weightDecay",
                "5.0e-4");
        assertThat(explicit.digest()).isEqualTo(BASE.digest());
        assertThat(explicit.teacherHash()).isEqualTo(BASE.teacherHash());
    }

    @Test
    void aFileWithAChecksumMayMove() {
        String checksum = "a".repeat(64);
        ResolvedRecipe here = resolve("/dataset/train/images/sha256", checksum);
        ResolvedRecipe there =
                resolve("/dataset/train/images/sha256", checksum, "/dataset/train/images/uri", "file:///data/other");
        assertThat(there.digest()).isEqualTo(here.digest()).isNotEqualTo(BASE.digest());
        assertThat(there.teacherHash()).isEqualTo(here.teacherHash());
    }

    /** So a field that a later version adds, and an API server fills in with its default, changes no run. */
    @Test
    void hashesAreOfWhatDiffersFromTheDefaults() throws Exception {
        YAMLMapper yaml = new YAMLMapper();
        assertThat(yaml.readTree(CanonicalJson.of(Recipes.spec())))
                .isEqualTo(yaml.readTree(Recipes.VALID).get("spec"));
        assertThat(CanonicalJson.of(Recipes.with("/tricks/distillation/decoupled", "{}")))
                .contains("\"decoupled\":{}");
    }

    /**
     * Values of an earlier version. An upgrade that changes them starts every recipe under way anew and trains its teacher
     * again: only when the mathematics changed.
     */
    @Test
    void runsAndTeachersOfBeforeAnUpgradeAreKnownAfterIt() {
        assertThat(RecipeResolver.sha256(Recipes.spec().ofRun()))
                .isEqualTo("ff39f311e6cbca18d9dea7a29ff926675908398a6f04d74da8e585964b929709");
        assertThat(BASE.digest()).isEqualTo("7b38e42204207d137f700d8634d25418fd6544a5b6d9af68c302833b27f95a4c");
        assertThat(BASE.teacherHash()).isEqualTo("131eb8645789a75a062c5d6745ca2d629850b870f39482d29d8f870f49a5ec96");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dataset/train/images/uri           | file:///data/other",
                "/dataset/augmentation/crop          | 2",
                "/student/epochs                     | 13",
                "/student/model/depth                | 20",
                "/teacher/epochs                     | 13",
                "/training/seed                      | 2",
                "/training/batchSize                 | 64",
                "/tricks/distillation/temperature    | 2",
                "/tricks/distillation/decoupled      | {}",
                "/tricks/labelSmoothing/epsilon      | 0.2",
                "/tricks/mixedPrecision/enabled      | false",
                "/export/embedPreprocessing          | false",
                "/compute/cpus                       | 4",
            })
    void digestChangesWithWhatDeterminesTheStudent(String pointer, String value) {
        assertThat(resolve(pointer, value).digest()).isNotEqualTo(BASE.digest());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/compute/memory        | 8Gi",
                "/compute/nodeSelector  | {disk: ssd}",
                "/compute/workspaceClaim | other",
                "/publish/modelName     | other",
                "/publish/destinations  | [{uri: \"pvc://models/x\"}]",
                "/suspend               | true",
                "/retry/limit           | 0",
                "/gate/minTop1          | 0.9",
            })
    void digestStaysWhenOnlyWhereOrWhitherChanges(String pointer, String value) {
        assertThat(resolve(pointer, value).digest()).isEqualTo(BASE.digest());
        assertThat(resolve(pointer, value).teacherHash()).isEqualTo(BASE.teacherHash());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/student/epochs                        | 13",
                "/student/model/depth                   | 20",
                "/tricks/distillation/temperature       | 2",
                "/tricks/distillation/hardLabelWeight   | 0.5",
                "/tricks/distillation/decoupled         | {}",
                "/tricks/labelSmoothing/epsilon         | 0.2",
                "/export/embedPreprocessing             | false",
            })
    void teacherIsIndependentOfStudentAndDistillation(String pointer, String value) {
        assertThat(resolve(pointer, value).teacherHash()).isEqualTo(BASE.teacherHash());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/teacher/epochs                 | 13",
                "/teacher/model/depth            | 20",
                "/training/seed                  | 2",
                "/tricks/warmup/epochs           | 2",
                "/tricks/modelTweaks/variant     | B",
                "/tricks/labelSmoothing/teacher  | true",
                "/dataset/augmentation/flip      | true",
            })
    void teacherChangesWithWhatItIsTrainedOn(String pointer, String value) {
        assertThat(resolve(pointer, value).teacherHash()).isNotEqualTo(BASE.teacherHash());
    }

    @Test
    void anotherTrainersTeacherIsAnotherTeacherAndTheStudentsDigestStays() {
        ResolvedRecipe one = RecipeResolver.resolve("default", "tiny", Recipes.spec(), "trainer@sha256:1");
        ResolvedRecipe same = RecipeResolver.resolve("default", "other", Recipes.spec(), "trainer@sha256:1");
        ResolvedRecipe two = RecipeResolver.resolve("default", "tiny", Recipes.spec(), "trainer@sha256:2");
        assertThat(same.teacherHash()).isEqualTo(one.teacherHash());
        assertThat(two.teacherHash()).isNotEqualTo(one.teacherHash());
        assertThat(two.digest()).isEqualTo(one.digest());
    }

    @Test
    void withoutDistillationThereIsNoTeacher() {
        ResolvedRecipe alone = resolve("/tricks/distillation/enabled", "false");
        assertThat(alone.teacherHash()).isNull();
        assertThat(resolve("/tricks/distillation/enabled", "false", "/teacher", "")
                        .digest())
                .isEqualTo(alone.digest());
    }

    @Test
    void sha256IgnoresTheOrderOfMapEntries() {
        var one = new LinkedHashMap<String, Integer>();
        one.put("a", 1);
        one.put("b", 2);
        var other = new LinkedHashMap<String, Integer>();
        other.put("b", 2);
        other.put("a", 1);
        assertThat(RecipeResolver.sha256(one)).isEqualTo(RecipeResolver.sha256(other));
    }

    @Test
    void photographsHaveASizeAndIdxImagesKeepTheirs() {
        ResolvedRecipe open = photographs();
        assertThat(open.spec().dataset().imageSize()).isEqualTo(224);
        assertThat(photographs("/dataset/imageSize", "224").digest()).isEqualTo(open.digest());
        assertThat(photographs("/dataset/imageSize", "160").digest()).isNotEqualTo(open.digest());
        assertThat(BASE.spec().dataset().imageSize()).isNull();
    }

    @Test
    void aFolderWithADigestMayMove() {
        String digest = "a".repeat(64);
        ResolvedRecipe here = photographs("/dataset/train/folder/sha256", digest);
        ResolvedRecipe there =
                photographs("/dataset/train/folder/sha256", digest, "/dataset/train/folder/uri", "file:///other/train");
        assertThat(there.digest())
                .isEqualTo(here.digest())
                .isNotEqualTo(photographs().digest());
        assertThat(there.teacherHash()).isEqualTo(here.teacherHash());
    }

    private static ResolvedRecipe photographs(String... changes) {
        return RecipeResolver.resolve("default", "tiny", Recipes.photographs(changes));
    }

    private static ResolvedRecipe resolve(String... changes) {
        return RecipeResolver.resolve("default", "tiny", Recipes.with(changes));
    }
}
