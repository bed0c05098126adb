<?php

// How to call the API, to tell its refusals apart, and to wait where it asks for that.

require_once __DIR__ . '/autoload.php';

use GuzzleHttp\Client;
use Syncano\Users\Api\UserApi;
use Syncano\Users\Api\UsersApi;
use Syncano\Users\ApiException;
use Syncano\Users\Configuration;
use Syncano\Users\Model\Credentials;
use Syncano\Users\Model\Error;
use Syncano\Users\Model\Refusal;
use Syncano\Users\Model\User;

// [authenticate]
define('INSTANCE', getenv('SYNCANO_INSTANCE'));

function config(string $userKey = '', ?string $apiKey = null): Configuration
{
    $config = (new Configuration())->setHost(getenv('SYNCANO_URL'));
    $config->setApiKey('X-API-KEY', $apiKey ?? getenv('SYNCANO_API_KEY'));
    return $userKey ? $config->setApiKey('X-USER-KEY', $userKey) : $config;
}

function http(): Client
{
    return new Client(['allow_redirects' => false]); // a redirect would take the keys along
}

// [calls]
function add(string $name, string $password): User
{
    $credentials = new Credentials(['username' => $name, 'password' => $password]);
    return (new UsersApi(http(), config()))->addUser(INSTANCE, $credentials);
}

function details(string $userKey): User
{
    return (new UserApi(http(), config($userKey)))->getUserDetails(INSTANCE);
}

function update(User $user, string $name, string $password): User
{
    $credentials = new Credentials(['username' => $name, 'password' => $password]);
    return (new UsersApi(http(), config($user->getUserKey())))->updateUser(INSTANCE, $user->getId(), $credentials);
}

function resetKey(User $user): User
{
    return (new UsersApi(http(), config($user->getUserKey())))->resetUserKey(INSTANCE, $user->getId());
}

// [errors]
// Every call throws an ApiException for a refusal: its code tells programs why, and its object tells people.
function explained(ApiException $refused): string
{
    $body = $refused->getResponseObject();
    return match (true) {
        $body instanceof Refusal => json_encode(['username' => $body->getUsername(), 'password' => $body->getPassword()]),
        $body instanceof Error => "{$refused->getCode()}: {$body->getDetail()}",
        default => (string) $refused->getCode(),
    };
}

// [retry]
// Call, and where there were too many requests (429) wait as long as `Retry-After` says and call again.
function patiently(callable $call, int $tries = 5): mixed
{
    try {
        return $call();
    } catch (ApiException $refused) {
        if ($refused->getCode() !== 429 || $tries === 1) {
            throw $refused;
        }
        $headers = array_change_key_case($refused->getResponseHeaders() ?? []);
        sleep((int) ($headers['retry-after'][0] ?? 1));
        return patiently($call, $tries - 1);
    }
}
