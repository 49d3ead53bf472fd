// Users of Kafka and their SCRAM passwords, through the Admin client.

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

final class UserVerbs {
    private static final int ITERATIONS = 4096;

    private final Admin admin;

    UserVerbs(Admin admin) {
        this.admin = admin;
    }

    void register(Map<String, Probe.Verb> verbs) {
        verbs.put("setScramPassword", this::setScramPassword);
    }

    private Object setScramPassword(JsonNode arguments) throws Exception {
        var mechanism = ScramMechanism.fromMechanismName(arguments.get("mechanism").asText());
        var info = new ScramCredentialInfo(mechanism, ITERATIONS);
        var user = arguments.get("user").asText();
        var change = new UserScramCredentialUpsertion(user, info, arguments.get("password").asText());
        admin.alterUserScramCredentials(List.of(change)).all().get();
        return Map.of();
    }
}
