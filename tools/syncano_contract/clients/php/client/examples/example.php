<?php

require __DIR__ . '/autoload.php';

use GuzzleHttp\Client;
use Syncano\Users\Api\UsersApi;
use Syncano\Users\Configuration;
use Syncano\Users\Model\Credentials;

$config = (new Configuration())->setHost(getenv('SYNCANO_URL'))->setApiKey('X-API-KEY', getenv('SYNCANO_API_KEY'));
$credentials = new Credentials(['username' => 'yennefer', 'password' => getenv('SYNCANO_PASSWORD')]);
$http = new Client(['allow_redirects' => false]); // a redirect would take the key along
$user = (new UsersApi($http, $config))->addUser(getenv('SYNCANO_INSTANCE'), $credentials);
echo "{$user->getUsername()} is user {$user->getId()}\n";
