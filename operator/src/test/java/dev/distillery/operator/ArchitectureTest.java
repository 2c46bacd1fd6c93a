package dev.distillery.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.distillery.operator");

    @Test
    void theOperatorEmbedsNoTrainer() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "ai.onnx..", "dev.distillery.trainer..", "dev.distillery.embedded..")
                .check(CLASSES);
    }

    @Test
    void roomsDoNotKnowWhoTiesThemTogether() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..operator.stage..",
                        "..operator.serving..",
                        "..operator.progress..",
                        "..operator.status..",
                        "..operator.event..",
                        "..operator.leader..",
                        "..operator.cache..",
                        "..operator.metrics..",
                        "..operator.tls..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.distillery.operator")
                .check(CLASSES);
    }

    @Test
    void theStatusKnowsNoClient() {
        noClasses()
                .that()
                .resideInAPackage("..operator.status..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes.client..", "io.javaoperatorsdk..")
                .check(CLASSES);
    }
}
