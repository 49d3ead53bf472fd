// An independent Kafka client for the assertions of tests: Kafka's own Java client, driven by JSON lines.
// stdin: {"id", "verb", "arguments"}; stdout: {"id", "result"} or {"id", "error": {"type", "message"}}.
// It knows nothing of the operator, and ends when stdin does.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;

public final class Probe {
    /** One thing that the probe can do: arguments in, anything that Jackson can write out. */
    interface Verb {
        Object run(JsonNode arguments) throws Exception;
    }

    /** A properties file as programs load it, and nothing else. */
    static Map<String, Object> load(String path) throws IOException {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(Path.of(path))) {
            properties.load(reader);
        }
        var config = new HashMap<String, Object>();
        properties.forEach((key, value) -> config.put(key.toString(), value));
        return config;
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Verb> verbs = new HashMap<>();
    private final PrintStream out;

    private Probe(PrintStream out) {
        this.out = out;
    }

    /** The only argument: client properties as JSON, {@code bootstrap.servers} and security. */
    public static void main(String[] args) throws Exception {
        // Whatever a library prints must not break the protocol.
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        var client = new HashMap<String, Object>();
        JSON.readTree(args[0]).fields().forEachRemaining(field -> client.put(field.getKey(), field.getValue().asText()));
        client.putIfAbsent("default.api.timeout.ms", "30000");
        try (var admin = Admin.create(client)) {
            var probe = new Probe(out);
            new TopicVerbs(admin).register(probe.verbs);
            new RecordVerbs(admin, client).register(probe.verbs);
            new GroupVerbs(admin, client).register(probe.verbs);
            new UserVerbs(admin).register(probe.verbs);
            probe.serve();
        }
        // Consumers that a test has left behind do not hold the process.
        System.exit(0);
    }

    /** Requests run side by side: a slow one holds up nobody. */
    private void serve() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        write(Map.of("ready", true));
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            var request = JSON.readTree(line);
            threads.submit(() -> answer(request));
        }
    }

    private void answer(JsonNode request) {
        var response = new LinkedHashMap<String, Object>();
        response.put("id", request.get("id").asInt());
        try {
            var verb = verbs.get(request.get("verb").asText());
            if (verb == null) throw new IllegalArgumentException("No verb \"" + request.get("verb").asText() + "\"");
            response.put("result", verb.run(request.get("arguments")));
        } catch (Throwable failure) {
            var cause = failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
            var error = new LinkedHashMap<String, Object>();
            error.put("type", cause.getClass().getSimpleName());
            error.put("message", cause.getMessage());
            response.put("error", error);
        }
        write(response);
    }

    private synchronized void write(Object message) {
        try {
            out.println(JSON.writeValueAsString(message));
            out.flush();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
