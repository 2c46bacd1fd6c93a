package dev.distillery.trainer.publish.oci;

import dev.distillery.inference.VersionNumber;
import dev.distillery.recipe.Publish;
import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.signing.ImageSignature;
import dev.distillery.trainer.signing.SigningKey;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model in a registry: a repository of its own, one numbered tag per version. */
public final class OciModel implements Destination {
    static final String LATEST = "latest";

    private final OciRepository repository;
    private final boolean modelPack;
    private final SigningKey key;

    /** @param modelPack or an image */
    OciModel(OciRepository repository, boolean modelPack, SigningKey key) {
        this.repository = repository;
        this.modelPack = modelPack;
        this.key = key;
    }

    /** @param key signs the version; null leaves it unsigned */
    public static OciModel of(
            Publish.Destination destination,
            String modelName,
            Credentials credentials,
            Patience patience,
            SigningKey key) {
        return new OciModel(
                OciRepository.open(destination, modelName, credentials, patience),
                destination.format() == Publish.Destination.Format.MODEL_PACK,
                key);
    }

    @Override
    public void reach() {
        repository.tags();
    }

    @Override
    public Optional<Artifact> publishedBy(String runId) {
        for (int version : versions()) {
            Optional<OciRepository.Tagged> tagged = repository.manifest(Integer.toString(version));
            if (tagged.isPresent() && runId.equals(tagged.get().annotations().get(OciArtifact.RUN))) {
                return Optional.of(artifact(
                        version,
                        tagged.get().annotations().get(OciArtifact.ONNX),
                        tagged.get().manifest()));
            }
        }
        return Optional.empty();
    }

    @Override
    public void check(ModelVersion model) {
        List<Integer> versions = versions();
        if (model.version() != null && versions.contains(model.version())) {
            throw ModelVersion.taken(uri(model.version()), model.version());
        }
        if (!versions.isEmpty()) {
            Map<String, String> there = repository
                    .manifest(versions.get(0).toString())
                    .map(OciRepository.Tagged::annotations)
                    .orElse(Map.of());
            model.identity().forEach((name, ours) -> {
                String theirs = there.get(OciArtifact.IDENTITY + name);
                if (theirs != null && !theirs.equals(ours)) {
                    throw new TrainerException(
                            ExitCode.PUBLISH_FAILED,
                            uri(versions.get(0)) + ": holds another model (" + name + " there: " + theirs
                                    + ", this model: "
                                    + ours + "); expected one with"
                                    + " the same input, outputs and classes; set spec.publish.modelName to a name of"
                                    + " its own, or use another destination");
                }
            });
        }
    }

    @Override
    public Staged stage(ModelVersion model) {
        int wanted = number(model);
        OciArtifact brought = bring(model, wanted);
        return () -> {
            // Another run may have taken the number meanwhile; if so, its successor's content is brought now.
            int number = number(model);
            OciArtifact artifact = number == wanted ? brought : bring(model, number);
            repository.tag(Integer.toString(number), artifact.manifest());
            return artifact(number, model.sha256(), artifact.manifest());
        };
    }

    /** With its signature: whoever sees the version sees it signed. */
    private OciArtifact bring(ModelVersion model, int number) {
        OciArtifact artifact = modelPack ? ModelPack.of(model, number) : OciImage.of(model, number);
        artifact.blobs().forEach(repository::bring);
        sign(artifact);
        return artifact;
    }

    private void sign(OciArtifact artifact) {
        if (key != null) {
            String digest = OciArtifact.digest(artifact.manifest());
            OciArtifact signature = OciImage.of(ImageSignature.of(key, repository.name(), digest));
            signature.blobs().forEach(repository::bring);
            repository.tag(ImageSignature.tag(digest), signature.manifest());
        }
    }

    private int number(ModelVersion model) {
        List<Integer> versions = versions();
        int number = model.number(versions.isEmpty() ? 0 : versions.get(0), toString());
        if (versions.contains(number)) {
            throw ModelVersion.taken(uri(number), number);
        }
        return number;
    }

    /** Forward only: a run that took long must not hide a newer version. */
    @Override
    public Optional<String> moveLatest(Artifact version) {
        if (versions().stream().anyMatch(other -> other > version.version())) {
            return Optional.empty();
        }
        OciRepository.Tagged published = repository
                .manifest(Integer.toString(version.version()))
                .orElseThrow(() -> ModelVersion.gone(version.uri()));
        try {
            repository.tag(LATEST, published.manifest());
            return Optional.empty();
        } catch (TrainerException e) {
            if (e.exitCode().retryable() || repository.manifest(LATEST).isEmpty()) {
                throw e;
            }
            // Of a registry whose tags never move.
            return Optional.of(e.getMessage() + "; " + version.uri() + " is published, and " + LATEST
                    + " stays at an earlier version: serve by number, or exempt " + LATEST
                    + " from the registry's rule that tags do not move");
        }
    }

    /** Highest first. */
    private List<Integer> versions() {
        return repository.tags().stream()
                .flatMap(tag -> VersionNumber.of(tag).stream())
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private Artifact artifact(int version, String sha256, byte[] manifest) {
        return new Artifact(uri(version), version, sha256, OciArtifact.digest(manifest));
    }

    private String uri(int version) {
        return repository + ":" + version;
    }

    @Override
    public String toString() {
        return repository.toString();
    }
}
