package dev.distillery.operator.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.EmbeddedCluster;
import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.embedded.cel.ValidationRules;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.schema.StructuralSchema;
import dev.distillery.schema.Violation;
import dev.distillery.validation.RecipeValidator;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any JSON is refused with a reason by all who look at it, or accepted by all and becomes a Job. More of it: {@code
 * -Dfuzz.cases=5000 -Dfuzz.seed=7}.
 */
class RecipeFuzzTest {
    private static final int CASES = Integer.getInteger("fuzz.cases", 250);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final String RECIPES =
            "/apis/distillery.dev/v1alpha1/namespaces/default/trainingrecipes?dryRun=All&fieldValidation=Strict";
    private static final String JOBS = "/apis/batch/v1/namespaces/default/jobs?dryRun=All";
    private static final StageJob JOB = new StageJob(new StagePod(
            new TrainerImages("trainer:1", "trainer-cuda:1"),
            () -> new ProgressAccess(URI.create("https://operator:8443"), Duration.ofSeconds(5), "CA")));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final StructuralSchema SCHEMA = RecipeDocument.schema();
    private static final ValidationRules RULES = new ValidationRules(SCHEMA.json());

    @TempDir
    static Path state;

    private static EmbeddedCluster cluster;

    private int accepted;

    @BeforeAll
    static void start() throws IOException {
        cluster = EmbeddedCluster.start(EmbeddedClusterOptions.in(state));
        try (InputStream crd = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            cluster.client().load(crd).create();
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void variedRecipesMostlyRunAndNoneLeavesPodSecurityRestricted() throws IOException {
        RandomRecipes recipes = new RandomRecipes(SEED);
        for (int i = 0; i < CASES; i++) {
            check(recipes.varied(), i);
        }
        assertThat(accepted).as("accepted of %d", CASES).isGreaterThan(CASES / 5);
    }

    @Test
    void brokenRecipesAreRefusedByAllOrAcceptedByAll() throws IOException {
        RandomRecipes recipes = new RandomRecipes(SEED);
        for (int i = 0; i < CASES; i++) {
            check(recipes.broken(), i);
        }
        assertThat(accepted).as("accepted of %d", CASES).isBetween(1, CASES / 2);
    }

    private void check(ObjectNode document, int number) throws IOException {
        String about = "seed " + SEED + ", case " + number + ": " + document;
        ObjectNode filled = document.deepCopy();
        List<Violation> schemaAndRules = new ArrayList<>(RecipeDocument.check(filled));
        if (SCHEMA.hasShape(filled)) {
            schemaAndRules.addAll(RULES.check(filled, Optional.empty()));
        }
        List<Violation> all = RecipeValidator.validate(document.deepCopy());
        Optional<TrainingRecipe> stored = create(document, about);
        assertThat(stored.isEmpty()).as(about).isEqualTo(!schemaAndRules.isEmpty());
        if (stored.isEmpty()) {
            return;
        }
        assertThat(RecipeValidator.validate(stored.get().getSpec())).as(about).isEqualTo(all);
        if (all.isEmpty()) {
            accepted++;
            runs(stored.get(), about);
        }
    }

    /** @return the recipe as it would be stored; empty if it is refused */
    private static Optional<TrainingRecipe> create(ObjectNode document, String about) {
        try {
            String answer = cluster.client().raw(RECIPES, "POST", document);
            TrainingRecipe recipe = Serialization.unmarshal(answer, TrainingRecipe.class);
            return Optional.of(recipe);
        } catch (KubernetesClientException e) {
            assertThat(e.getCode()).as("%s%n%s", about, e.getMessage()).isIn(400, 422);
            return Optional.empty();
        }
    }

    private static void runs(TrainingRecipe recipe, String about) throws IOException {
        ResolvedRecipe resolved =
                RecipeResolver.resolve("default", recipe.getMetadata().getName(), recipe.getSpec());
        assertThat(RecipeDocument.readSpec(JSON.valueToTree(resolved.spec())))
                .as(about)
                .isEqualTo(resolved.spec());
        Job job = JOB.desired(StagePlan.student(recipe, resolved));
        try {
            cluster.client().raw(JOBS, "POST", job);
        } catch (KubernetesClientException e) {
            fail(about, e);
        }
        assertThat(PodSecurity.violations(JSON.valueToTree(job.getSpec().getTemplate())))
                .as(about)
                .isEmpty();
    }
}
