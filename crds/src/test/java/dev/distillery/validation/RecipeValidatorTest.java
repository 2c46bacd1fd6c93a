package dev.distillery.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.Recipes;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.schema.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeValidatorTest {
    @Test
    void bucketsAndRegistriesAreDestinations() {
        assertThat(
                        RecipeValidator.validate(
                                Recipes.with(
                                        "/publish/destinations",
                                        """
                        - {uri: "s3://models"}
                        - {uri: "s3://models/vision", endpoint: "https://minio.example:9000", secretRef: {name: writer}}
                        - {uri: "s3://archive/vision", region: eu-west-1}
                        - {uri: "oci://registry.example:5000/team/models", secretRef: {name: push}}
                        - {uri: "oci://127.0.0.1:5000/models", plainHttp: true, format: modelPack}
                        """)))
                .isEmpty();
    }

    @Test
    void aValidRecipeHasNoViolation() {
        assertThat(RecipeValidator.validate(Recipes.spec())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dataset/train/images/uri         | data/a                | spec.dataset.train.images.uri      | file:///path or pvc",
                "/dataset/train/labels/uri         | s3://bucket/a         | spec.dataset.train.labels.uri      | scheme file or pvc",
                "/dataset/validation/labels/uri    | 'file:///a b'         | spec.dataset.validation.labels.uri | a URI",
                "/dataset/validation/images/uri    | pvc://claim           | spec.dataset.validation.images.uri | a path after the claim",
                "/dataset/validation/images/uri    | file:///              | spec.dataset.validation.images.uri | a path after the scheme",
                "/dataset/validation/images/uri    | pvc://claim/../a      | spec.dataset.validation.images.uri | no '..'",
                "/dataset/validation/images/uri    | pvc:///a              | spec.dataset.validation.images.uri | claim's name",
                "/dataset/validation/images/uri    | file:///data/a        | spec.dataset.validation.images.uri | a file other than the training images",
                "/dataset/classes                  | [one, two, one]       | spec.dataset.classes[2]            | distinct names",
                "/dataset/train/labels             | ''                    | spec.dataset.train.labels          | format idx reads it",
                "/dataset/train/folder             | {uri: \"file:///f\"}  | spec.dataset.train.folder          | format: imageFolder",
                "/dataset/imageSize                | 64                    | spec.dataset.imageSize             | IDX files have a size",
                "/dataset/maxBadImages             | 1                     | spec.dataset.maxBadImages          | files to leave out",
                "/dataset/augmentation/randomResizedCrop | {}              | spec.dataset.augmentation.randomResizedCrop | crops photographs",
                "/student/model/depth              | 9                     | spec.student.model.depth           | 6n+2",
                "/student/model                    | {family: resnet, depth: 20} | spec.student.model.depth     | 18, 34, 50, 101 or 152",
                "/student/model                    | {family: resnet}      | spec.student.model.depth           | 18, 34, 50, 101 or 152",
                "/student/model/depth              | 116                   | spec.student.model.depth           | 110",
                "/student/model                    | {family: mobilenet-v2, depth: 50} | spec.student.model.depth | model.width sets the size",
                "/teacher/model/depth              | 15                    | spec.teacher.model.depth           | 6n+2",
                "/teacher                          | ''                    | spec.teacher                       | distillation.enabled: false",
                "/tricks/cosineDecay/restarts      | {firstEpochs: 8}      | spec.tricks.cosineDecay.restarts.firstEpochs | at most the 7 epochs",
                "/tricks/cosineDecay/restarts      | {firstEpochs: 4, snapshots: true} | spec.tricks.cosineDecay.restarts.snapshots | more epochs",
                "/tricks/warmup                    | {form: exponential}   | spec.tricks.warmup.startFraction   | above 0",
                "/tricks/warmup                    | {form: constant}      | spec.tricks.warmup.startFraction   | above 0",
                "/tricks/distillation/decoupled    | {targetWeight: 0, nonTargetWeight: 0} | spec.tricks.distillation.decoupled | one of them above 0",
                "/tricks/linearScaling/referenceRate | 0                   | spec.tricks.linearScaling.referenceRate | above 0",
                "/training/optimizer/momentum      | 0                     | spec.training.optimizer.nesterov   | momentum above 0",
                "/tricks/mixedPrecision/dtype      | fp16                  | spec.tricks.mixedPrecision.dtype   | on a CPU",
                "/tricks/modelTweaks/variant       | C                     | spec.tricks.modelTweaks.variant    | B or D",
                "/compute/memory                   | 64Mi                  | spec.compute.memory                | at least 512Mi",
                "/publish/destinations             | []                    | spec.publish.destinations          | at least one",
                "/publish/destinations             | ''                    | spec.publish.destinations          | at least one",
                "/publish/inferenceService         | {}                    | spec.publish.inferenceService      | one that KServe can read",
                "/publish | '{destinations: [{uri: \"pvc://m/v\"}], inferenceService: {minReplicas: 3, maxReplicas: 2}}' | spec.publish.inferenceService.minReplicas | at most maxReplicas (2)",
                "/publish/destinations             | '[{uri: out/models}]' | spec.publish.destinations[0].uri   | file:///path",
                "/publish/destinations | '[{uri: \"http://m/x\"}]' | spec.publish.destinations[0].uri | file, pvc, s3 or oci",
                "/publish/destinations | '[{uri: \"s3://No_Bucket/x\"}]' | spec.publish.destinations[0].uri | s3://bucket",
                "/publish/destinations | '[{uri: \"s3://models/a/../b\"}]' | spec.publish.destinations[0].uri | s3://bucket",
                "/publish/destinations | '[{uri: \"s3://models/b\"}, {uri: \"s3://models/b\", endpoint: \"https://minio:9000\"}]'"
                        + " | spec.publish.destinations[1].uri | distinct destinations",
                "/publish/destinations | '[{uri: \"s3://models\", endpoint: \"minio:9000\"}]' | spec.publish.destinations[0].endpoint | https://host:port",
                "/publish/destinations | '[{uri: \"s3://models\", plainHttp: true}]' | spec.publish.destinations[0].plainHttp | it is for oci",
                "/publish/destinations | '[{uri: \"s3://models\", format: image}]' | spec.publish.destinations[0].format | it is for oci",
                "/publish | '{destinations: [{uri: \"oci://registry.example/a\", format: modelPack}], inferenceService: {}}' | spec.publish.inferenceService | modelPack",
                "/publish/destinations | '[{uri: \"oci://registry.example\"}]' | spec.publish.destinations[0].uri | oci://registry/repository",
                "/publish/destinations | '[{uri: \"oci://registry.example/a:1\"}]' | spec.publish.destinations[0].uri | without tag",
                "/publish/destinations | '[{uri: \"oci://registry.example/a\", region: eu-west-1}]' | spec.publish.destinations[0].region | it is for s3",
                "/publish/destinations | '[{uri: \"file:///m\", secretRef: {name: a}}]' | spec.publish.destinations[0].secretRef | it is for s3 and oci",
            })
    void aBrokenRuleIsReportedWithPathAndExpectation(String pointer, String value, String path, String expected) {
        List<Violation> violations = RecipeValidator.validate(Recipes.with(pointer, value));
        assertThat(violations).isNotEmpty().allSatisfy(violation -> {
            assertThat(violation.path()).isEqualTo(path);
            assertThat(violation.expected()).contains(expected);
        });
    }

    @Test
    void photographsNeedAFolderInEachSplitAndNothingElse() {
        assertThat(RecipeValidator.validate(Recipes.photographs())).isEmpty();
        TrainingRecipeSpec idxFields = Recipes.with("/dataset/format", "imageFolder");
        assertThat(RecipeValidator.validate(idxFields))
                .extracting(Violation::path)
                .containsExactly(
                        "spec.dataset.train.images",
                        "spec.dataset.train.labels",
                        "spec.dataset.train.folder",
                        "spec.dataset.validation.images",
                        "spec.dataset.validation.labels",
                        "spec.dataset.validation.folder");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dataset/validation/folder/uri | file:///data/train | spec.dataset.validation.folder.uri | a folder other than",
                "/dataset/train/folder/uri | http://host/train | spec.dataset.train.folder.uri | scheme file or pvc",
                "/dataset/augmentation | {crop: 4, randomResizedCrop: {}} | spec.dataset.augmentation.crop | one of the two",
                "/dataset/augmentation | {randomResizedCrop: {minScale: 0.5, maxScale: 0.4}} | spec.dataset.augmentation.randomResizedCrop.minScale | at most maxScale (0.4)",
                "/dataset/augmentation | {randomResizedCrop: {minRatio: 2}} | spec.dataset.augmentation.randomResizedCrop.minRatio | at most maxRatio",
            })
    void aBrokenRuleOfPhotographsIsReportedToo(String pointer, String value, String path, String expected) {
        assertThat(RecipeValidator.validate(Recipes.photographs(pointer, value)))
                .singleElement()
                .satisfies(violation -> {
                    assertThat(violation.path()).isEqualTo(path);
                    assertThat(violation.expected()).contains(expected);
                });
    }

    @Test
    void warnsOfPhotographsThatAreNeverCropped() {
        assertThat(RecipeValidator.warnings(Recipes.photographs()))
                .anyMatch(warning -> warning.startsWith("spec.dataset.augmentation.randomResizedCrop: absent"))
                .anyMatch(warning ->
                        warning.startsWith("spec.dataset.train.folder, spec.dataset.validation.folder: no sha256"));
        assertThat(RecipeValidator.warnings(Recipes.photographs("/dataset/augmentation", "{randomResizedCrop: {}}")))
                .noneMatch(warning -> warning.contains("randomResizedCrop"));
    }

    @Test
    void warmupMustBeBelowTheEpochsOfBothNetworks() {
        TrainingRecipeSpec spec = Recipes.with("/tricks/warmup/epochs", "12", "/teacher/epochs", "10");
        assertThat(RecipeValidator.validate(spec))
                .extracting(Violation::toString)
                .containsExactly(
                        "spec.tricks.warmup.epochs: got 12, expected below spec.student.epochs (12)",
                        "spec.tricks.warmup.epochs: got 12, expected below spec.teacher.epochs (10)");
    }

    @Test
    void warmupThatIsOffMayBeLong() {
        assertThat(RecipeValidator.validate(Recipes.with("/tricks/warmup", "{enabled: false, epochs: 99}")))
                .isEmpty();
    }

    @Test
    void oneWeightOfDecoupledDistillationMayBeZero() {
        String path = "/tricks/distillation/decoupled";
        assertThat(RecipeValidator.validate(Recipes.with(path, "{targetWeight: 0}")))
                .isEmpty();
        assertThat(RecipeValidator.validate(Recipes.with(path, "{nonTargetWeight: 0}")))
                .isEmpty();
        assertThat(RecipeValidator.validate(Recipes.with(
                        path, "{targetWeight: 0, nonTargetWeight: 0}", "/tricks/distillation/enabled", "false")))
                .isEmpty();
    }

    @Test
    void anIgnoredTeachersEpochsDoNotMatter() {
        TrainingRecipeSpec spec = Recipes.with("/tricks/distillation/enabled", "false", "/teacher/epochs", "1");
        assertThat(RecipeValidator.validate(spec)).isEmpty();
        assertThat(RecipeValidator.warnings(spec)).anyMatch(warning -> warning.startsWith("spec.teacher: ignored"));
    }

    @Test
    void theFinalRateMustBeBelowThePeak() {
        TrainingRecipeSpec spec =
                Recipes.with("/tricks/linearScaling/referenceRate", "0.2", "/tricks/cosineDecay/finalRate", "0.1");
        assertThat(RecipeValidator.validate(spec))
                .extracting(Violation::toString)
                .containsExactly("spec.tricks.cosineDecay.finalRate: got 0.1, expected below the peak rate 0.1");
    }

    @Test
    void theFinalRateMustBeBelowTheFamilysPeakToo() {
        assertThat(RecipeValidator.validate(Recipes.with("/tricks/cosineDecay/finalRate", "0.5")))
                .extracting(Violation::path)
                .containsExactly("spec.tricks.cosineDecay.finalRate");
    }

    @Test
    void theSevenBySevenStemIsMissedInTheTeacherToo() {
        TrainingRecipeSpec spec =
                Recipes.with("/student/model", "{family: resnet, depth: 18}", "/tricks/modelTweaks/variant", "C");
        assertThat(RecipeValidator.validate(spec))
                .extracting(Violation::path)
                .containsExactly("spec.tricks.modelTweaks.variant");
        TrainingRecipeSpec alone = Recipes.with(
                "/student/model", "{family: resnet, depth: 18}",
                "/tricks/modelTweaks/variant", "C",
                "/tricks/distillation/enabled", "false");
        assertThat(RecipeValidator.validate(alone)).isEmpty();
    }

    @Test
    void aMobileNetNeedsNoChangeOfTheTweaks() {
        String model = "{family: mobilenet-v2, width: 0.5}";
        TrainingRecipeSpec byDefault = Recipes.with("/student/model", model, "/teacher/model", model);
        assertThat(RecipeValidator.validate(byDefault)).isEmpty();
        assertThat(RecipeValidator.warnings(byDefault)).noneMatch(warning -> warning.contains("modelTweaks"));
        TrainingRecipeSpec chosen =
                Recipes.with("/student/model", model, "/teacher/model", model, "/tricks/modelTweaks/variant", "B");
        assertThat(RecipeValidator.validate(chosen)).isEmpty();
        assertThat(RecipeValidator.warnings(chosen))
                .anyMatch(warning -> warning.startsWith("spec.tricks.modelTweaks.variant: B"));
    }

    @Test
    void destinationsMustDiffer() {
        TrainingRecipeSpec spec = Recipes.with("/publish/destinations", "[{uri: \"file:///m\"}, {uri: \"file:///m\"}]");
        assertThat(RecipeValidator.validate(spec))
                .extracting(Violation::path)
                .containsExactly("spec.publish.destinations[1].uri");
    }

    @Test
    void aValueOutOfRangeHidesNoOtherViolation() {
        String text = Recipes.text(
                "/gate/minTop1", "2",
                "/student/epochs", "0",
                "/compute/memory", "none",
                "/tricks/cosineDecay/restarts", "{firstEpochs: 0, factor: 0, snapshots: true}",
                "/training/optimizer/momentum", "0");
        assertThat(RecipeValidator.validate(RecipeDocument.readTree(text)))
                .extracting(Violation::path)
                .contains(
                        "spec.gate.minTop1",
                        "spec.student.epochs",
                        "spec.compute.memory",
                        "spec.tricks.cosineDecay.restarts.firstEpochs",
                        "spec.tricks.warmup.epochs",
                        "spec.training.optimizer.nesterov");
    }

    @Test
    void whatIsNoRecipeAtAllHasNoCrossFieldRules() {
        String text = Recipes.text("/student/epochs", "many", "/training/optimizer/momentum", "0");
        assertThat(RecipeValidator.validate(RecipeDocument.readTree(text)))
                .extracting(Violation::path)
                .containsExactly("spec.student.epochs");
        String family = Recipes.text("/student/model/family", "vgg", "/training/optimizer/momentum", "0");
        assertThat(RecipeValidator.validate(RecipeDocument.readTree(family)))
                .extracting(Violation::path)
                .containsExactly("spec.student.model.family");
    }

    @Test
    void allViolationsComeAtOnce() {
        TrainingRecipeSpec spec = Recipes.with(
                "/student/model/depth", "9",
                "/tricks/warmup/epochs", "50",
                "/training/optimizer/momentum", "0",
                "/dataset/classes", "[a, a]",
                "/publish/destinations", "[]");
        assertThat(RecipeValidator.validate(spec))
                .extracting(Violation::path)
                .containsExactly(
                        "spec.dataset.classes[1]",
                        "spec.student.model.depth",
                        "spec.tricks.warmup.epochs",
                        "spec.tricks.warmup.epochs",
                        "spec.training.optimizer.nesterov",
                        "spec.publish.destinations");
    }

    @Test
    void warnsOfASmoothedTeacherAndOfMissingChecksums() {
        assertThat(RecipeValidator.warnings(Recipes.with("/tricks/labelSmoothing/teacher", "true")))
                .anyMatch(warning -> warning.startsWith("spec.tricks.labelSmoothing.teacher"))
                .anyMatch(warning -> warning.startsWith("spec.dataset.train.images, spec.dataset.train.labels, spec"));
    }
}
