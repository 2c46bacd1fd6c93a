package dev.distillery.trainer.publish;

import dev.distillery.recipe.Publish;
import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Publishes a student to every destination of its recipe. */
public final class ModelRepository {
    private final SourceLocation location;
    private final Clock clock;
    private final SigningKey signingKey;

    /**
     * @param location finds the destinations' folders
     * @param clock tells what dead runs left behind
     * @param signingKey null to publish without a signature
     */
    public ModelRepository(SourceLocation location, Clock clock, SigningKey signingKey) {
        this.location = location;
        this.clock = clock;
        this.signingKey = signingKey;
    }

    /**
     * Writes the bundle aside at every destination first, then renames one after the other: whatever can fail, fails
     * before anything is visible. A destination that already has a version of this run is left as it is, so a run that
     * was cut off between two renames ends well when it tries again.
     *
     * @return one artifact per destination, in the recipe's order
     * @throws TrainerException PUBLISH_FAILED if a destination cannot be written, holds another model under this name, or
     *     has the recipe's version from another run; INVALID_RECIPE if a destination's URI cannot be resolved
     */
    public List<Artifact> publish(Bundle bundle) {
        Integer version = bundle.recipe().spec().publish().version();
        List<Planned> plan = new ArrayList<>();
        List<Artifact> artifacts = new ArrayList<>();
        ModelFolder current = null;
        try {
            BundleFiles files = BundleFiles.of(bundle, signingKey);
            for (ModelFolder folder : folders(bundle)) {
                current = folder;
                plan.add(plan(folder, bundle, files));
            }
            for (Planned planned : plan) {
                current = planned.folder();
                artifacts.add(
                        planned.existing() != null
                                ? planned.existing()
                                : current.commit(planned.staged(), bundle, files.sha256(), version));
            }
            return List.copyOf(artifacts);
        } catch (IOException e) {
            String visible = artifacts.isEmpty() ? "nothing is visible" : "already visible: " + artifacts;
            throw new TrainerException(
                    ExitCode.PUBLISH_FAILED,
                    current + ": cannot be written (" + e + "), " + visible
                            + "; check that the folder exists, its permissions and its free space",
                    e);
        } finally {
            plan.forEach(Planned::cleanUp);
        }
    }

    /** One destination: a folder staged there, or the version that this run published there before. */
    private record Planned(ModelFolder folder, Path staged, Artifact existing) {
        void cleanUp() {
            if (staged != null) {
                Staging.delete(staged);
                folder.deleteIfEmpty();
            }
        }
    }

    private Planned plan(ModelFolder folder, Bundle bundle, BundleFiles files) throws IOException {
        folder.prepare(clock.instant());
        Optional<Artifact> existing = folder.publishedBy(bundle.runId());
        if (existing.isPresent()) {
            return new Planned(folder, null, existing.get());
        }
        folder.checkSameModel(bundle);
        folder.checkFree(bundle.recipe().spec().publish().version());
        return new Planned(folder, folder.stage(files), null);
    }

    private List<ModelFolder> folders(Bundle bundle) {
        List<ModelFolder> folders = new ArrayList<>();
        List<Publish.Destination> destinations =
                bundle.recipe().spec().publish().destinations();
        for (int i = 0; i < destinations.size(); i++) {
            String uri = destinations.get(i).uri();
            Path root = location.resolve("spec.publish.destinations[" + i + "].uri", uri);
            folders.add(new ModelFolder(uri, root, bundle.modelName()));
        }
        return folders;
    }
}
