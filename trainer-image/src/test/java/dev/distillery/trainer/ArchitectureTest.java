package dev.distillery.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which room may import what. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.distillery.trainer");

    @Test
    void theTrainerNeverMeetsKubernetes() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes..", "io.javaoperatorsdk..")
                .check(CLASSES);
    }

    @Test
    void onlyTheAssemblyKnowsTricks() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..trainer.tricks..", "..trainer.stage..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..trainer.tricks..")
                .check(CLASSES);
    }

    @Test
    void noTrickKnowsAnother() {
        slices().matching("..trainer.tricks.(*)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void networksAreData() {
        noClasses()
                .that()
                .resideInAPackage("..trainer.network..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "ai.onnx..", "ai.onnxruntime..")
                .check(CLASSES);
    }

    @Test
    void fewRoomsTalkToLibTorch() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..trainer.torchscript..", "..trainer.loop..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl.pytorch..")
                .check(CLASSES);
    }
}
