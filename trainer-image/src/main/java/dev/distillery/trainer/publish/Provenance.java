package dev.distillery.trainer.publish;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.distillery.recipe.Dataset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code provenance.json}: an in-toto statement (version 1) with SLSA's provenance (version 1) as its
 * predicate. It says which recipe, data, seed and trainer made the models. Without times, as the other files.
 *
 * @param subject the models
 */
record Provenance(
        @JsonProperty("_type") String type, List<Resource> subject, String predicateType, Predicate predicate) {
    private static final String STATEMENT = "https://in-toto.io/Statement/v1";
    private static final String SLSA = "https://slsa.dev/provenance/v1";
    private static final String BUILD_TYPE = "https://distillery.dev/training/v1alpha1";
    private static final String BUILDER = "https://distillery.dev/trainer";

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Resource(String name, String uri, Map<String, String> digest) {}

    record Predicate(BuildDefinition buildDefinition, RunDetails runDetails) {}

    /** @param externalParameters what the user asked for; {@code internalParameters}: what followed from it */
    record BuildDefinition(
            String buildType,
            Map<String, Object> externalParameters,
            Map<String, Object> internalParameters,
            List<Resource> resolvedDependencies) {}

    record RunDetails(Builder builder, Metadata metadata) {}

    record Builder(String id, Map<String, String> version) {}

    record Metadata(String invocationId) {}

    /** @param models SHA-256 by file name */
    static Provenance of(Bundle bundle, Map<String, String> models) {
        List<Resource> subject = new ArrayList<>();
        models.forEach((name, sha256) -> subject.add(new Resource(name, null, Map.of("sha256", sha256))));
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("namespace", bundle.recipe().namespace());
        asked.put("name", bundle.recipe().name());
        asked.put("recipe", "recipe.json");
        asked.put("recipeDigest", "sha256:" + bundle.recipe().digest());
        Map<String, Object> followed = new LinkedHashMap<>();
        followed.put("seed", bundle.recipe().spec().training().seed());
        followed.put("computeType", bundle.computeType());
        if (bundle.recipe().teacherHash() != null) {
            followed.put("teacher", "sha256:" + bundle.recipe().teacherHash());
        }
        BuildDefinition definition = new BuildDefinition(BUILD_TYPE, asked, followed, dependencies(bundle));
        Map<String, String> version = new LinkedHashMap<>();
        version.put("trainer", bundle.origin().build().version());
        version.put("sourceRevision", bundle.origin().build().revision());
        RunDetails run = new RunDetails(new Builder(BUILDER, version), new Metadata(bundle.runId()));
        return new Provenance(STATEMENT, subject, SLSA, new Predicate(definition, run));
    }

    private static List<Resource> dependencies(Bundle bundle) {
        List<Resource> dependencies = new ArrayList<>();
        dependencies.add(
                new Resource("data", null, Map.of("sha256", bundle.data().digest())));
        Dataset data = bundle.recipe().spec().dataset();
        for (Dataset.Split split : List.of(data.train(), data.validation())) {
            for (Dataset.Source source : split.sources()) {
                dependencies.add(new Resource(
                        null, source.uri(), source.sha256() == null ? null : Map.of("sha256", source.sha256())));
            }
        }
        if (bundle.origin().image() != null) {
            dependencies.add(image(bundle.origin().image()));
        }
        return dependencies;
    }

    /** A digest is known only where the operator was given the image by its digest. */
    private static Resource image(String reference) {
        int at = reference.indexOf("@sha256:");
        Map<String, String> digest = at < 0 ? null : Map.of("sha256", reference.substring(at + "@sha256:".length()));
        return new Resource("trainer image", reference, digest);
    }
}
