package dev.distillery.report;

/** The trainer's command line is {@code teacher} or {@code student}; all else comes by these environment variables. */
public final class TrainerEnvironment {
    /** File with the resolved recipe ({@link dev.distillery.recipe.ResolvedRecipe}) as JSON. */
    public static final String RECIPE = "DISTILLERY_RECIPE";
    /** Folder that outlives the pod; trained teachers lie in {@code teachers/<teacherHash>}. */
    public static final String WORKSPACE = "DISTILLERY_WORKSPACE";
    /** Names this run of this recipe; publishing twice under one id gives one version. */
    public static final String RUN_ID = "DISTILLERY_RUN_ID";
    /** The pod's name, for the reports; absent outside a cluster. */
    public static final String POD = "DISTILLERY_POD";
    /** Where progress is posted; absent: nowhere. */
    public static final String PROGRESS_URL = "DISTILLERY_PROGRESS_URL";
    /** File with the bearer token for {@link #PROGRESS_URL}; read for each report, because it is renewed. */
    public static final String PROGRESS_TOKEN_FILE = "DISTILLERY_PROGRESS_TOKEN_FILE";
    /** Certificates that {@link #PROGRESS_URL} is to be trusted by, in PEM; absent: those of the JVM. */
    public static final String PROGRESS_AUTHORITY = "DISTILLERY_PROGRESS_AUTHORITY";
    /** The least time between two reports, ISO 8601; absent: {@code PT5S}. */
    public static final String PROGRESS_INTERVAL = "DISTILLERY_PROGRESS_INTERVAL";
    /** Where the run report goes at the end; absent: {@code /dev/termination-log} if that can be written. */
    public static final String TERMINATION_MESSAGE_PATH = "TERMINATION_MESSAGE_PATH";
    /** Where claims are mounted: {@code claim=/folder}, separated by commas. {@code pvc://claim/path} lies there. */
    public static final String CLAIMS = "DISTILLERY_CLAIMS";

    /** Folder with the key that signs what is published: {@code cosign.key}, {@code cosign.password}; absent: unsigned. */
    public static final String SIGNING = "DISTILLERY_SIGNING";
    /** Reference of the trainer's image, for the provenance; absent: none. */
    public static final String IMAGE = "DISTILLERY_IMAGE";

    private TrainerEnvironment() {}

    /**
     * What the Secret of a destination holds, by its keys, which come after this.
     *
     * @param index of the destination in the recipe
     */
    public static String destinationPrefix(int index) {
        return "DISTILLERY_DESTINATION_" + index + "_";
    }
}
