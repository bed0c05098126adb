<?php

// Drives the client as a user would, and prints a JSON line for each step: what was seen, and if that is right.

require __DIR__ . '/../examples/usage.php';

use Syncano\Users\Api\UserApi;
use Syncano\Users\ApiException;
use Syncano\Users\Model\Error;
use Syncano\Users\Model\Refusal;
use Syncano\Users\Model\User;

const ODD = "Zoë 你好 🐺 \\\"'";
const PASSWORD = 'pässword-🗝';

function tell(string $step, bool $passed, mixed $seen): void
{
    $text = is_string($seen) ? $seen : json_encode($seen);
    echo json_encode(['step' => $step, 'passed' => $passed, 'seen' => $text]), "\n";
}

function refusal(callable $call): ?ApiException
{
    try {
        $call();
    } catch (ApiException $refused) {
        return $refused;
    }
    return null;
}

function refused(string $step, int $status, callable $call): void
{
    $found = refusal($call);
    $body = $found?->getResponseObject();
    $isRight = $found?->getCode() === $status && $body instanceof Error && $body->getDetail();
    tell($step, (bool) $isRight, $found ? explained($found) : 'no refusal');
}

function detailsAt(string $instance, string $userKey, ?string $apiKey = null): User
{
    return (new UserApi(http(), config($userKey, $apiKey)))->getUserDetails($instance);
}

$user = add('ciri', PASSWORD);
tell('add', $user->getId() > 0 && $user->getUsername() === 'ciri', "user {$user->getId()}, {$user->getUsername()}");
$found = details($user->getUserKey());
tell('details', $found->getId() === $user->getId(), "user {$found->getId()}");
$updated = update($user, ODD, PASSWORD);
tell('update', $updated->getId() === $user->getId() && $updated->getUsername() !== 'ciri', $updated->getUsername());
$again = resetKey($user);
$key = $again->getUserKey();
tell('reset', $again->getId() === $user->getId() && $key !== $user->getUserKey(), 'another key');
refused('old key', 403, fn () => details($user->getUserKey()));

$blank = refusal(fn () => add('', ''));
$errors = $blank?->getResponseObject();
$isTyped = $errors instanceof Refusal && $errors->getUsername()[0] && $errors->getPassword()[0];
tell('400', $isTyped && $blank->getCode() === 400, $blank ? explained($blank) : 'no refusal');
refused('403', 403, fn () => detailsAt(INSTANCE, $key, 'none'));
refused('404', 404, fn () => detailsAt('no-such', $key));
$moved = refusal(fn () => detailsAt('moved', $key));
tell('redirect', $moved !== null, $moved?->getCode());

$profile = details($key)->getProfile();
$nulls = [$profile->getGroup(), $profile->getChannel(), $profile->getChannelRoom()];
tell('null', $nulls === [null, null, null], $nulls);
$name = details($key)->getUsername();
tell('unicode', $name === ODD, $name);
[$there, $userKey, $apiKey] = array_map('getenv', ['SYNCANO_OTHER_INSTANCE', 'SYNCANO_OTHER_USER_KEY', 'SYNCANO_OTHER_API_KEY']);
$late = patiently(fn () => detailsAt($there, $userKey, $apiKey));
tell('429', $late->getId() > 0, "user {$late->getId()}");
$members = (array) json_decode((string) $found, true) + (array) json_decode((string) $found->getProfile(), true);
$known = array_merge(User::attributeMap(), $found->getProfile()::attributeMap());
tell('extra members', true, implode(', ', array_diff(array_keys($members), $known)));
