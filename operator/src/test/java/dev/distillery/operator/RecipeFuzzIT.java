package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.operator.stage.RandomRecipes;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is sent as a recipe is refused in words that help, or is looked after: it runs, waits for something that it
 * names, or says what is wrong. More of it: {@code -Dfuzz.cases=500 -Dfuzz.seed=7}.
 */
class RecipeFuzzIT extends RecipeScenario {
    private static final int CASES = Integer.getInteger("fuzz.cases", 30);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final String RECIPES = "/apis/distillery.dev/v1alpha1/namespaces/default/trainingrecipes";
    /** Of a document that is no recipe at all, and of one that is too large. */
    private static final Set<Integer> REFUSED = Set.of(400, 413, 422);

    private static final int INVALID = 422;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Claims that the recipes name, so that pods start. */
    @BeforeAll
    static void makeClaims() {
        for (String name : List.of("a.long-name", "models")) {
            client().resource(new PersistentVolumeClaimBuilder(dataClaim())
                            .editMetadata()
                            .withName(name)
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    @Test
    void variedRecipesAreLookedAfter() {
        RandomRecipes recipes = new RandomRecipes(SEED);
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < CASES; i++) {
            documents.add(recipes.varied());
        }
        assertThat(send(documents)).as("accepted of %d", CASES).isGreaterThan(CASES / 5);
        theOperatorStillWorks();
    }

    @Test
    void brokenRecipesAreRefusedOrLookedAfter() {
        RandomRecipes recipes = new RandomRecipes(SEED);
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < CASES; i++) {
            documents.add(recipes.broken());
        }
        assertThat(send(documents)).as("accepted of %d", CASES).isLessThan(CASES / 2);
        theOperatorStillWorks();
    }

    /** One after the other, without waiting for what each of them starts or stops. */
    @Test
    void editsAreRefusedOrLookedAfter() throws IOException {
        RandomRecipes recipes = new RandomRecipes(SEED);
        apply(Recipes.recipe("edited", "waits", true));
        awaitPhase("edited", Phase.TRAINING_STUDENT);
        int taken = 0;
        for (int i = 0; i < CASES; i++) {
            JsonNode spec = (i % 3 == 0 ? recipes.broken() : recipes.varied()).path("spec");
            if (i % 2 == 0 && spec instanceof ObjectNode fields) {
                fields.put("suspend", true);
            }
            taken += edit("edited", spec, "seed " + SEED + ", edit " + i + ": " + shortened(spec.toString())) ? 1 : 0;
        }
        assertThat(taken).as("accepted of %d", CASES).isBetween(CASES / 5, CASES - 1);
        assertLookedAfter("edited");
        theOperatorStillWorks();
    }

    /** What no schema makes: the recipe as a whole is wrong, or large. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "7",
                "\"recipe\"",
                "{\"kind\": \"TrainingRecipe\"",
                "{\"apiVersion\": \"distillery.dev/v1alpha1\", \"kind\": \"TrainingRecipe\"}",
                "{\"apiVersion\": \"distillery.dev/v1alpha1\", \"kind\": \"TrainingRecipe\", \"metadata\": {\"name\": \"x\"}}",
                "{\"apiVersion\": \"distillery.dev/v1alpha1\", \"kind\": \"TrainingRecipe\", \"metadata\": {\"name\": \"x\"},"
                        + " \"spec\": null}",
                "{\"apiVersion\": \"distillery.dev/v1alpha1\", \"kind\": \"TrainingRecipe\", \"metadata\": {\"name\": \"x\"},"
                        + " \"spec\": []}",
                "{\"apiVersion\": \"distillery.dev/v1alpha1\", \"kind\": \"TrainingRecipe\", \"metadata\": {\"name\": 7}}",
                "{\"apiVersion\": \"distillery.dev/v1\", \"kind\": \"TrainingRecipe\", \"metadata\": {\"name\": \"x\"}}",
                "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"x\"}}",
            })
    void whatIsNoRecipeIsRefused(String body) {
        assertThat(create(body, body)).as(body).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Hündchen", "a.b", "-a", "A", "a/b", "\uD83D\uDE00", " ", "a\n"})
    void aNameThatNoJobCouldHaveIsRefused(String name) {
        ObjectNode document = new RandomRecipes(SEED).varied();
        ((ObjectNode) document.get("metadata")).put("name", name);
        assertThat(create(document.toString(), name)).as(name).isEmpty();
    }

    @Test
    void theLongestNameRunsAndOneCharacterMoreIsRefused() {
        ObjectNode document = new RandomRecipes(SEED).varied();
        ((ObjectNode) document.get("metadata")).put("name", "a".repeat(40));
        assertThat(send(List.of(document))).isEqualTo(1);
        ((ObjectNode) document.get("metadata")).put("name", "a".repeat(41));
        assertThat(create(document.toString(), "41 characters")).isEmpty();
    }

    @Test
    void aRecipeAsLargeAsMayBeStoredIsLookedAfterAndALargerOneRefused() {
        ObjectNode document = new RandomRecipes(SEED).varied();
        annotate(document, 250_000);
        assertThat(send(List.of(document))).isEqualTo(1);
        for (int size : List.of(300_000, 2_000_000, 4_000_000)) {
            ((ObjectNode) document.get("metadata")).put("name", "larger");
            annotate(document, size);
            assertThat(create(document.toString(), size + " characters")).isEmpty();
        }
        theOperatorStillWorks();
    }

    private static void annotate(ObjectNode document, int size) {
        ((ObjectNode) document.get("metadata")).putObject("annotations").put("note", "ä".repeat(size / 2));
    }

    /** @return how many were taken */
    private static int send(List<ObjectNode> documents) {
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            String about = "seed " + SEED + ", case " + i + ": "
                    + shortened(documents.get(i).toString());
            create(documents.get(i).toString(), about).ifPresent(taken::add);
        }
        for (String name : taken) {
            assertLookedAfter(name);
        }
        return taken.size();
    }

    /** @return its name; empty if it was refused */
    private static Optional<String> create(String body, String about) {
        try {
            String answer = client().raw(RECIPES + "?fieldValidation=Strict", "POST", body);
            return Optional.of(client().getKubernetesSerialization()
                    .unmarshal(answer, TrainingRecipe.class)
                    .getMetadata()
                    .getName());
        } catch (KubernetesClientException e) {
            assertRefusalHelps(e, about);
            return Optional.empty();
        }
    }

    /** @return whether it was taken */
    private static boolean edit(String name, JsonNode spec, String about) throws IOException {
        while (true) {
            String path = RECIPES + "/" + name;
            ObjectNode document = (ObjectNode) MAPPER.readTree(client().raw(path));
            document.set("spec", spec);
            try {
                client().raw(path + "?fieldValidation=Strict", "PUT", document.toString());
                return true;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    assertRefusalHelps(e, about);
                    return false;
                }
            }
        }
    }

    private static void assertRefusalHelps(KubernetesClientException e, String about) {
        Status status = e.getStatus();
        assertThat(e.getCode()).as("%s%n%s", about, e.getMessage()).isIn(REFUSED);
        assertThat(status).as("%s%n%s", about, e.getMessage()).isNotNull();
        assertThat(status.getMessage()).as(about).isNotBlank();
        if (e.getCode() == INVALID) {
            assertThat(status.getDetails().getCauses()).as(about).isNotEmpty();
            for (StatusCause cause : status.getDetails().getCauses()) {
                assertThat(cause.getField()).as("%s%n%s", about, cause).isNotBlank();
                assertThat(cause.getMessage()).as("%s%n%s", about, cause).isNotBlank();
            }
        }
    }

    /** It has ended, waits for something that it names, or trains. */
    private static void assertLookedAfter(String name) {
        AtomicReference<TrainingRecipeStatus> last = new AtomicReference<>();
        Awaitility.await(name).atMost(PATIENCE).untilAsserted(() -> {
            TrainingRecipe seen = recipe(name).get();
            last.set(seen.getStatus());
            assertThat(last.get().observedGeneration())
                    .isEqualTo(seen.getMetadata().getGeneration());
            assertThat(last.get()).matches(RecipeFuzzIT::settled, "has ended, or waits for what it names");
        });
        TrainingRecipeStatus status = last.get();
        Condition accepted = condition(status, Condition.ACCEPTED);
        assertThat(status.message()).as(name).isNotBlank();
        assertThat(accepted.reason()).as(name).isNotBlank();
        if (!accepted.status().equals("True")) {
            assertThat(accepted.message()).as(name).contains("spec.", "got ", "expected ");
        }
    }

    private static boolean settled(TrainingRecipeStatus status) {
        return status.phase() != null
                && (status.phase().terminal()
                        || status.phase() == Phase.SUSPENDED
                        || status.phase() == Phase.PENDING && !status.message().equals("waiting for a pod to start"));
    }

    private static void theOperatorStillWorks() {
        apply(Recipes.recipe("sound", "happy", false));
        awaitPhase("sound", Phase.READY);
    }

    private static String shortened(String text) {
        return text.length() < 2000 ? text : text.substring(0, 2000) + "…";
    }
}
